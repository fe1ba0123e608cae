// Who is told of what as the chain grows, as polkadot-js and its kin expect
// (substrate.md 1.1, 1.2): notification names, their order within a block, and what comes first.
// For this folder alone.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "rpc/call.hpp"

namespace cloister::rpc {

class Subscriptions {
  public:
    Subscriptions(const node::Node& node, const Limits& limits) : node_(node), limits_(limits) {}

    // The id as JSON text, or why not. Nothing is told before `activate` of the same request: a
    // client must learn the id first.
    Result<std::string, Error> subscribe(ConnectionId connection, RequestId request,
                                         Subscribe subscribe);
    // For a transaction that the node accepted.
    std::string watch(ConnectionId connection, RequestId request, const Hash256& transaction);
    // Whether one more of `keys` storage keys fits; watching is asked before the node is.
    Result<void, Error> room(ConnectionId connection, std::size_t keys) const;
    // Whether it was the connection's, and there.
    bool unsubscribe(ConnectionId connection, std::string_view id);
    void activate(RequestId request, std::vector<Output>& out);
    void closed(ConnectionId connection);

    void on_finalised(Instant now, const node::output::Finalised& block, std::vector<Output>& out);
    void on_dropped(const Hash256& transaction, std::vector<Output>& out);
    // Tells of watched transactions that are final, became ready or left the pool without a block.
    void tick(Instant now, std::vector<Output>& out);
    Instant next_wake() const;
    std::size_t size() const { return all_.size(); }

  private:
    using Id = std::uint64_t;
    struct Subscription {
        ConnectionId connection = 0;
        RequestId born_in = 0;
        std::optional<Topic> topic;  // none: a watched transaction
        bool active = false;
        BlockNumber told;  // of heads: the newest
        std::map<Bytes, std::optional<Hash256>> values;
        Hash256 transaction;
        bool future = false;
        std::vector<std::string> early;  // statuses before the client knew the id
    };
    struct Connection {
        std::set<Id> ids;
        std::size_t keys = 0;
    };
    // Of the values at one block, each read once however many ask for it.
    using Prints = std::map<Bytes, std::optional<Hash256>>;

    struct Final {
        Instant due;
        Id id = 0;
        BlockHash block;
    };

    void sweep(std::vector<Output>& out);
    Id add(Subscription subscription);
    void remove(Id id);
    void tell(Id id, std::string_view result, std::vector<Output>& out) const;
    void tell_status(Id id, std::string status, std::vector<Output>& out);
    void end_watch(Id id, const std::string& status, std::vector<Output>& out);
    void tell_storage(Id id, const BlockHash& hash, const runtime::StateView& view, Prints& read,
                      std::vector<Output>& out);
    void begin(Id id, std::vector<Output>& out);
    bool is_future(const Hash256& transaction) const;
    std::vector<Id> watching(const Hash256& transaction) const;

    const node::Node& node_;
    const Limits& limits_;
    std::map<Id, Subscription> all_;
    std::map<ConnectionId, Connection> connections_;
    std::set<std::pair<Topic, Id>> by_topic_;
    std::set<std::pair<Hash256, Id>> watched_;
    std::set<std::pair<RequestId, Id>> waking_;
    std::deque<Final> finals_;  // soonest first
    Instant next_sweep_;
    std::size_t keys_ = 0;
    Id next_ = 1;
};

}  // namespace cloister::rpc
