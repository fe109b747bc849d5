#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/ports/web.hpp"

namespace herald::http {

/// The values of one header field, in order; borrowed from the request.
std::vector<std::string_view> fields(const model::web::Request& request, std::string_view name);

/// Whether the body is declared as JSON, once.
bool is_json(const model::web::Request& request);

/// Who submits: idempotency keys are per producer.
std::string producer_of(const model::Principal& who);

void answer(const model::web::ExchangePtr& exchange, unsigned status,
            const boost::json::object& body, model::web::Headers headers = {});

}  // namespace herald::http
