// Every reason for which the Tasks pallet refuses.
#pragma once

#include "runtime/frame/pallet.hpp"

namespace cloister::runtime::tasks {

enum class Error : std::uint8_t {
    // request
    UnknownContract,      // no such contract is reserved
    KindNotSupported,     // only Call and Instantiate may be requested
    NoContractKey,        // nobody published the contract's key yet
    WrongEpoch,           // sealed under another epoch than the contract's key
    RequestIdSeen,        // the account used this request id before
    DeadlinePassed,       // the deadline does not lie ahead
    DeadlineTooSoon,      // less than gas limit and size need
    DeadlineTooFar,       // more than deadline_blocks_max ahead
    DeadlineCrowded,      // too many requests end in that very block
    GasLimitTooHigh,      // above gas_limit_max
    InputTooLarge,        // above sealed_input_bytes_max
    BlobNotSupported,     // input outside of the chain is not accepted
    PolicyNotSupported,   // only one worker of one vendor is offered
    NotDeployer,          // only who reserved a contract may instantiate it
    AlreadyInstantiated,  // or a constructor is on its way
    PayerWithoutFunds,    // the origin cannot pay the escrow
    QueueFull,            // too many requests wait for their draw
    // post_draw
    NothingToDraw,  // no request waits
    NotOldestDraw,  // requests of another block come first
    DrawTooEarly,   // the requests' own block is not over
    NoClusterKey,   // nobody published the cluster's key yet
    NoWorkers,      // the cluster has no registered worker whose measurement may serve
    BadDraw,        // the VRF proof does not verify
    // submit
    NoReceipts,              // an empty submission
    OutOfSequence,           // not the next sequence number of the cluster
    NoSuchAssignment,        // nothing was drawn under this sequence number
    WorkerNotRegistered,     // the worker is not, or no longer, registered for this cluster
    NotAssigned,             // another worker's command, and not overdue
    RequestMismatch,         // version, genesis, task, request hash or input hash differ
    WrongContract,           // the request names another contract
    WrongCodeHash,           // the contract has other code
    EpochMismatch,           // the request names another key epoch
    WrongAssigningBlock,     // not the block that assigned the command
    RootMismatch,            // does not continue from the accepted blinded root
    BadReceiptSignature,     // the worker did not sign this receipt
    WrongPath,               // the receipt is not in the batch
    OutputMismatch,          // the sealed output has another hash
    ActionsMismatch,         // the actions have another hash, or come from a failed command
    UnknownBatch,            // no verified batch and no new quote for this root
    BadBatch,                // the quote binds another statement, or the statement another worker
    StaleQuote,              // the batch's block is not on this chain or too old
    QuoteNotAuthentic,       // attest::verify refuses the quote
    ForeignPlatform,         // another platform than registered, or simulated on a real chain
    MeasurementNotApproved,  // the enclave's measurement is not, or no longer, approved
    PolicyRefused,           // authentic, but the policy says no; debug enclaves too
    MeasurementInNotice,     // the enclave's notice period is not over
};
constexpr Error scale_last(Error) { return Error::MeasurementInNotice; }
constexpr Pallet pallet_of(Error) { return Pallet::Tasks; }

}  // namespace cloister::runtime::tasks
