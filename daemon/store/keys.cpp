#include "store/keys.hpp"

namespace herald::store {

std::string dedupe_of(model::UserId user, std::string_view key) {
  return (std::to_string(user) + '\n').append(key);
}

base::Error key_of_another_request() {
  return base::fail(base::Code::unprocessable,
                    "this idempotency key was used within 24 h for another request; use a new key, "
                    "or send the same body",
                    "idempotency_key");
}

base::Error no_such_webhook(const std::string& name) {
  return base::fail(base::Code::not_found,
                    "there is no webhook `" + name + "`; heraldctl webhooks lists them", "name");
}

}  // namespace herald::store
