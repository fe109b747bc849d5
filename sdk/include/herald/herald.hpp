// herald.hpp - the C++20 layer over herald.h, header-only. Nothing here crosses the boundary: it is
// compiled into the plugin, by the plugin's compiler, with hidden visibility and in an inline
// namespace of its own, so that two plugins built with two SDKs never share a symbol.
//
//   class Mail : public herald::Channel {
//    public:
//     using Channel::Channel;
//     void deliver(const herald::Delivery& d, herald::Completion done) override {
//       done(herald::Outcome::rejected(HERALD_REASON_PROVIDER, "nothing here sends mail yet"));
//     }
//   };
//   HERALD_PLUGIN(Mail, .id = "org.example.mail", .name = "Mail", .version = "0.1.0");
#pragma once

#include <herald/callback.hpp>
#include <herald/completion.hpp>
#include <herald/error.hpp>
#include <herald/exchange.hpp>
#include <herald/host.hpp>
#include <herald/http.hpp>
#include <herald/inbox.hpp>
#include <herald/message.hpp>
#include <herald/outcome.hpp>
#include <herald/plugin.hpp>
#include <herald/results.hpp>
#include <herald/shim.hpp>
