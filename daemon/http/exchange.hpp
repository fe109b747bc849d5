#pragma once

#include <atomic>
#include <memory>

#include "http/connection.hpp"

namespace herald::http {

/// One request as its handler holds it. Any thread.
class HttpExchange final : public model::web::Exchange {
 public:
  HttpExchange(std::shared_ptr<Connection> connection, uint64_t turn, model::web::Request request)
      : connection_(std::move(connection)), turn_(turn), request_(std::move(request)) {}
  ~HttpExchange() override;

  const model::web::Request& request() const override { return request_; }
  void respond(model::web::Response response, std::function<void(bool)> written) override;
  void begin(model::web::Response response, std::function<void()> writable,
             std::function<void(bool)> closed) override;
  bool write(std::string chunk) override;
  void end() override;
  void accept_socket(std::function<void(std::string)> text, std::function<void()> writable,
                     std::function<void(bool)> closed) override;
  void close_socket(unsigned code, std::string reason) override;

 private:
  enum class State : uint8_t { open, answered, streaming, ended };
  const std::shared_ptr<Connection> connection_;
  const uint64_t turn_;
  const model::web::Request request_;
  std::atomic<State> state_{State::open};
  const std::shared_ptr<StreamGauge> gauge_ = std::make_shared<StreamGauge>();
};

}  // namespace herald::http
