// The nouns that every layer shares. Units and sizes are part of the type.
#pragma once

#include "base/bytes.hpp"
#include "base/strong.hpp"

namespace cloister {

// 128-bit unsigned integer; the one place where the extension is named.
__extension__ typedef unsigned __int128 u128;

using Hash256 = FixedBytes<32, struct Hash256Tag>;      // any 32-byte digest without a better name
using BlockHash = FixedBytes<32, struct BlockHashTag>;  // blake2b-256 of the SCALE header
using StateRoot = FixedBytes<32, struct StateRootTag>;  // root of the chain's state trie
using AccountId = FixedBytes<32, struct AccountIdTag>;  // Substrate account
using ContractId = FixedBytes<32, struct ContractIdTag>;    // Phat Contract instance
using CodeHash = FixedBytes<32, struct CodeHashTag>;        // blake2b-256 of the WASM module
using ClusterId = FixedBytes<32, struct ClusterIdTag>;      // big-endian number in the last bytes
using WorkerId = FixedBytes<32, struct WorkerIdTag>;        // ed25519 identity key of an enclave
using Measurement = FixedBytes<32, struct MeasurementTag>;  // MRENCLAVE or its peer
using RequestId = FixedBytes<16, struct RequestIdTag>;  // chosen by the client, unique per account
using Nonce32 = FixedBytes<32, struct Nonce32Tag>;      // freshness challenge

using BlockNumber = Strong<std::uint32_t, struct BlockNumberTag>;
using TaskId = Strong<std::uint64_t, struct TaskIdTag>;      // numbered by the Tasks pallet
using Sequence = Strong<std::uint64_t, struct SequenceTag>;  // command number in a cluster, from 1
using KeyEpoch = Strong<std::uint32_t, struct KeyEpochTag>;  // epoch of the network secret
using Gas = Strong<std::uint64_t, struct GasTag>;            // fuel units of the contract engine
using Balance = Strong<u128, struct BalanceTag>;             // smallest unit, 12 decimals
using UnixMillis =
    Strong<std::uint64_t, struct UnixMillisTag>;  // wall clock of a block, ms since 1970
// Monotonic time of a state machine's owner, ms since an arbitrary start.
using Instant = Strong<std::uint64_t, struct InstantTag>;

}  // namespace cloister
