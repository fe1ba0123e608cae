// Where a test may bend or watch a world: its hosts, its network, its power.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "enclave/enclave.hpp"
#include "node/node.hpp"

namespace cloister::sim {

enum class Fate : std::uint8_t { Deliver, Drop };

// Where messages travel. A request's sender always learns that it was lost: its connection ends.
enum class Link : std::uint8_t { ToEnclave, FromEnclave, Rpc, ClientRpc, Peer, Client };
// The copies of one message that arrive, each with what it is late by in ms; none: it is lost.
using Copies = std::vector<std::uint64_t>;
// Which of a machine's two enclaves a message goes to, while the host runs a clone.
enum class Route : std::uint8_t { First, Second, Both };

// Where the power fails in the node's step: nothing of it is on disk, or all of it is and nobody
// was told, or between steps.
enum class PowerCut : std::uint8_t { BeforeWrite, AfterWrite, BetweenSteps };

// Each may change the message in place.
struct Hooks {
    std::function<Fate(std::size_t member, protocol::HostInput&)> to_enclave;
    std::function<Fate(std::size_t member, protocol::HostOutput&)> from_enclave;
    std::function<Fate(std::size_t member, std::string& body)> rpc_reply;
    std::function<Fate(std::size_t from, Bytes& request)> to_gatekeeper;
    std::function<Fate(std::size_t to, Bytes& reply)> from_gatekeeper;
    std::function<void(std::size_t member, std::string_view name, std::optional<Bytes>& blob)> load;
    // The quote that the platform gives: a test may put another in its place.
    std::function<void(std::size_t member, const protocol::ReportData64&, Bytes& quote)> quote;

    // The network: absent, every message arrives once.
    std::function<Copies(Link, std::size_t member)> carry;
    std::function<Route(std::size_t member)> route;
    // Onlookers. What an enclave says, before any host touches it; each block that was told.
    std::function<void(std::size_t member, const enclave::Birth&)> born;
    std::function<void(std::size_t member, const protocol::HostOutput&)> said;
    std::function<void(const node::output::Finalised&)> finalised;
    // Every byte on the wires to the node and to the disks, and what enclaves hear and say.
    std::function<void(std::string_view link, ByteView bytes)> crossed;
};

}  // namespace cloister::sim
