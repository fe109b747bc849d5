#pragma once

#include "model/ports/producer.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

/// Limits of a bulk submission (architecture, section 8).
inline constexpr std::size_t kBulkBytes = 8 * 1024 * 1024;
inline constexpr std::size_t kBulkItems = 1000;

/// POST /api/v1/notifications/bulk: {"notifications": [...]}, each as POST /api/v1/notifications
/// takes it. Answered once all of them are durable or refused, each by itself: {"accepted",
/// "refused", "results": [...]} in their order. `producer` must outlive the route.
model::web::Route bulk_route(model::ports::Producer& producer);

}  // namespace herald::http
