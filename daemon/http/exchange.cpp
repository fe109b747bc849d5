#include "http/exchange.hpp"

#include "http/websocket.hpp"

namespace herald::http {

HttpExchange::~HttpExchange() {
  const auto state = state_.load();
  if (state == State::open || state == State::streaming) connection_->abandon(turn_);
}

void HttpExchange::respond(model::web::Response response, std::function<void(bool)> written) {
  auto open = State::open;
  if (!state_.compare_exchange_strong(open, State::answered)) {
    if (written) written(false);
    return;
  }
  connection_->answer(turn_, std::move(response), std::move(written));
}

void HttpExchange::begin(model::web::Response response, std::function<void()> writable,
                         std::function<void(bool)> closed) {
  auto open = State::open;
  if (!state_.compare_exchange_strong(open, State::streaming)) {
    if (closed) closed(false);
    return;
  }
  connection_->begin(turn_, std::move(response), gauge_, std::move(writable), std::move(closed));
}

bool HttpExchange::write(std::string chunk) {
  if (state_.load() != State::streaming || gauge_->dead) return false;
  const auto after = gauge_->buffered.fetch_add(chunk.size()) + chunk.size();
  if (after > StreamGauge::kHardLimit) {
    // The writer goes on although it was told to wait: its memory is not ours to give.
    gauge_->buffered -= chunk.size();
    gauge_->dead = true;
    connection_->abort();
    return false;
  }
  // Asked for before the chunk is handed over, so that the strand cannot drain it unseen in
  // between.
  if (after > StreamGauge::kHighWater) gauge_->wants_room = true;
  connection_->stream(turn_, std::move(chunk), gauge_);
  return after <= StreamGauge::kHighWater;
}

void HttpExchange::end() { close_socket(kGoingAway, {}); }

void HttpExchange::accept_socket(std::function<void(std::string)> text,
                                 std::function<void()> writable, std::function<void(bool)> closed) {
  auto open = State::open;
  if (!state_.compare_exchange_strong(open, State::streaming)) {
    if (closed) closed(false);
    return;
  }
  connection_->accept_socket(turn_, gauge_, std::move(text), std::move(writable),
                             std::move(closed));
}

void HttpExchange::close_socket(unsigned code, std::string reason) {
  auto streaming = State::streaming;
  if (state_.compare_exchange_strong(streaming, State::ended))
    connection_->end(turn_, code, std::move(reason));
}

}  // namespace herald::http
