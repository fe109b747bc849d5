#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/ports/producer.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

/// Mounts the producer API over `producer`, which must outlive the routes: POST and GET
/// /api/v1/notifications, POST .../bulk, GET .../{id}, GET .../{id}/timeline, POST .../{id}/cancel.
/// Scopes: notifications:send to submit and cancel, notifications:read to read; parameters and
/// rendered text are shown to notifications:private only. Answers the handles.
base::Result<std::vector<uint64_t>> mount_producer_api(model::web::Mounts& mounts,
                                                       model::ports::Producer& producer);

/// The contract of everything under /api/, as OpenAPI 3.1: openapi.json of this folder.
std::string openapi_document();

/// What the daemon says about itself. Called on I/O threads, so they must not block; a path whose
/// callback is missing is not mounted.
struct ServicePages {
  /// Empty when requests can be taken, else why not: /readyz, 200 or 503.
  std::function<std::string()> not_ready;
  std::function<std::string()> metrics;  ///< Prometheus text: /metrics, scope metrics:read
  std::function<std::string()> openapi;  ///< JSON: /openapi.json
};
/// /healthz answers as long as an I/O thread runs; it asks nobody.
base::Result<std::vector<uint64_t>> mount_service_pages(model::web::Mounts& mounts,
                                                        ServicePages pages);

}  // namespace herald::http
