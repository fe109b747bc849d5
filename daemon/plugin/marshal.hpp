#pragma once

#include <herald/herald.h>

#include <map>
#include <string>
#include <vector>

#include "model/ports/channels.hpp"

namespace herald::plugin {

/// A delivery as views for the plugin. Owns what the views need beyond the delivery itself; the
/// delivery must outlive it. Not copyable: views point into it.
class DeliveryView {
 public:
  /// `formats`: of the descriptor, best first.
  DeliveryView(const model::Delivery& delivery, uint64_t op,
               const std::vector<std::string>& formats);
  DeliveryView(const DeliveryView&) = delete;
  DeliveryView& operator=(const DeliveryView&) = delete;
  const herald_delivery& raw() const { return delivery_; }

 private:
  std::string message_id_, user_;
  std::vector<herald_part> parts_;
  std::vector<herald_kv> identities_, fields_;
  std::vector<herald_action> actions_;
  std::map<std::string, std::string> field_texts_;
  herald_message message_{};
  herald_delivery delivery_{};
};

}  // namespace herald::plugin
