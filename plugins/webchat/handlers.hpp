// handlers.hpp - one function per endpoint. Each answers the exchange exactly once, now or later,
// and runs on the instance's strand; the host has already checked who may call.
#pragma once

#include <herald/herald.hpp>

#include "feed.hpp"

namespace webchat {

/// What handlers work with; lives as long as the instance.
struct Service {
  herald::Host host;
  Feeds& feeds;
};

void list(const Service& in, const herald::Incoming& request, const herald::Exchange& to);
void poll(const Service& in, const herald::Incoming& request, const herald::Exchange& to);
void event_stream(const Service& in, const herald::Incoming& request, const herald::Exchange& to);
void socket(const Service& in, const herald::Incoming& request, const herald::Exchange& to);
void ack(const Service& in, const herald::Incoming& request, const herald::Exchange& to);
void mark_read(const Service& in, const herald::Incoming& request, const herald::Exchange& to);
void answer(const Service& in, const herald::Incoming& request, const herald::Exchange& to);
void clear(const Service& in, const herald::Incoming& request, const herald::Exchange& to);
void test_notification(const Service& in, const herald::Incoming& request,
                       const herald::Exchange& to);

/// 200 with that JSON text, not to be cached.
herald::Response success(std::string json);

}  // namespace webchat
