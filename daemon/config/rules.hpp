#pragma once

#include <string>

namespace herald::config::rules {

// What a text must look like. Each answers "must ..." when it does not, else nothing.

std::string instance_name(
    const std::string& text);  ///< channel, route, secret, key: [a-z][a-z0-9_-]*
std::string plugin_name(const std::string& text);
std::string group(const std::string& text);
std::string address(const std::string& text);  ///< IPv4 or IPv6 literal
std::string network(const std::string& text);  ///< address or address/bits
std::string public_url(const std::string& text);
std::string webhook_url(const std::string& text);
std::string origin(const std::string& text);
std::string region(const std::string& text);
std::string locale(const std::string& text);
std::string time_zone(
    const std::string& text);  ///< also looked up in the system's database where there is one
std::string cookie(const std::string& text);
std::string credential(const std::string& text);
std::string prefix(const std::string& text);
std::string kind_pattern(const std::string& text);
std::string producer_pattern(const std::string& text);
std::string key_id(const std::string& text);
std::string moment(const std::string& text);  ///< ISO 8601
std::string sha256(const std::string& text);
std::string not_empty(const std::string& text);

bool is_loopback(const std::string& address);

}  // namespace herald::config::rules
