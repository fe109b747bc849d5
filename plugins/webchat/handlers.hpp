// handlers.hpp - one function per endpoint. Each answers the exchange exactly once, now or later,
// and runs on the instance's strand; the host has already checked who may call.
#pragma once

#include <herald/herald.hpp>

namespace webchat {

void list(const herald::Host& host, const herald::Incoming& request, const herald::Exchange& to);
void poll(const herald::Host& host, const herald::Incoming& request, const herald::Exchange& to);
void mark_read(const herald::Host& host, const herald::Incoming& request,
               const herald::Exchange& to);
void clear(const herald::Host& host, const herald::Incoming& request, const herald::Exchange& to);
void test_notification(const herald::Host& host, const herald::Incoming& request,
                       const herald::Exchange& to);

/// 200 with that JSON text, not to be cached.
herald::Response success(std::string json);

}  // namespace webchat
