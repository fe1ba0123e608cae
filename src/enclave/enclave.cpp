#include "enclave/enclave.hpp"

#include "base/hex.hpp"
#include "enclave/gatekeeper.hpp"
#include "enclave/registration.hpp"
#include "enclave/worker.hpp"

namespace cloister::enclave {

namespace {

constexpr std::uint64_t blocks_again_ms = 1000;
constexpr std::uint64_t view_wait_ms =
    3000;  // for the proofs of one block, when a newer one is known
constexpr std::uint64_t idle_ms = 5000;

}  // namespace

Execution::Execution(std::uint64_t id, const contract::Engine& engine, Job job)
    : id_(id), engine_(&engine), job_(std::move(job)) {}

contract::Run Execution::run() const {
    const contract::Entry entry{job_.function, job_.input.reveal(), job_.gas_limit};
    return engine_->run(*job_.module, job_.context, *job_.state, entry);
}

struct Enclave::Impl {
    Impl(Birth birth, const contract::Engine& engine, std::pmr::memory_resource* key_memory)
        : core(std::move(birth), engine), worker(key_memory) {}

    void take(const input::FromHost& input);
    void take(const input::Quoted& input);
    void take(const input::Executed& input);
    void take(const input::Tick&) {}

    void on(const protocol::input::Start& message);
    void on(const protocol::input::Blocks& message);
    void on(const protocol::input::Proof& message) { core.reads.accept(message, core.out); }
    void on(const protocol::input::Sealed& message);
    void on(const protocol::input::Query& message);
    void on(const protocol::input::PeerRequest& message);
    void on(const protocol::input::PeerReply& message);

    void advance();
    bool advance_view();
    void advance_parts();
    void ask_for_blocks(bool at_once);
    void stop();
    void report_status();

    Core core;
    Registration registration;
    Gatekeeper gatekeeper;
    Worker worker;
    std::optional<At> candidate;  // the block whose view is being read
    Instant since;                // when the view or the candidate last changed
    Timer blocks;
    Timer unreadable;
    bool stopped = false;
    std::optional<protocol::output::Status> status;
};

void Enclave::Impl::take(const input::FromHost& input) {
    if (stopped) {
        const auto* query = std::get_if<protocol::input::Query>(&input.message);
        if (query != nullptr) Queries::refuse(core, query->id, protocol::QueryError::Stopped);
        return;
    }
    std::visit([this](const auto& message) { on(message); }, input.message);
}

void Enclave::Impl::take(const input::Quoted& input) {
    if (stopped || !core.mission) return;
    if (registration.quoted(core, input.id, input.quote)) return;
    if (!worker.quoted(core, input)) core.out.log("StaleQuote");
}

void Enclave::Impl::take(const input::Executed& input) {
    if (!stopped && core.mission) worker.executed(core, input);
}

void Enclave::Impl::on(const protocol::input::Start& message) {
    if (core.mission) return core.out.log("AlreadyStarted");
    if (!core.follower.start(message, core.now, core.out)) return;
    core.mission =
        Mission{message.genesis, message.role, message.operator_account, message.cluster};
    core.announce();
    ask_for_blocks(true);
}

void Enclave::Impl::on(const protocol::input::Blocks& message) {
    if (!core.mission) return core.out.log("NotStarted", "blocks");
    const BlockNumber before = core.follower.newest().number;
    core.follower.import(message, core.now, core.out);
    if (core.follower.stopped()) return stop();
    if (core.follower.newest().number > before) ask_for_blocks(true);
}

void Enclave::Impl::on(const protocol::input::Sealed& message) {
    if (core.mission && core.is_gatekeeper() && message.name == Gatekeeper::share_name) {
        return gatekeeper.sealed(core, message);
    }
    if (core.mission && !core.is_gatekeeper() && message.name == Sealing::name) {
        return worker.sealed(core, message);
    }
    core.out.log("UnaskedSealed");
}

void Enclave::Impl::on(const protocol::input::Query& message) {
    if (!core.mission) return Queries::refuse(core, message.id, protocol::QueryError::NotReady);
    worker.query(core, message);
}

void Enclave::Impl::on(const protocol::input::PeerRequest& message) {
    if (core.mission && core.is_gatekeeper()) return gatekeeper.request(core, message);
    core.out.host(protocol::output::PeerReplyOut{
        message.id, scale::encode(protocol::PeerReply(protocol::GatekeeperError::NotReady))});
}

void Enclave::Impl::on(const protocol::input::PeerReply& message) {
    if (!core.mission || core.is_gatekeeper()) return core.out.log("UnaskedPeerReply");
    worker.peer_reply(core, message);
}

void Enclave::Impl::ask_for_blocks(bool at_once) {
    if (at_once) blocks.last.reset();
    if (core.due(blocks, blocks_again_ms)) {
        core.out.host(protocol::output::NeedBlocks{core.follower.newest().number});
    }
}

// The view stays at one block until all that was asked there is proven, and moves on to the newest
// then: so a fast chain never starves a step that needs several proofs, and a withheld proof holds
// nothing up for ever.
void Enclave::Impl::advance() {
    if (!core.mission || stopped) return;
    ask_for_blocks(false);
    while (advance_view()) {
    }
    std::set<BlockHash> needed;
    if (core.view) needed.insert(core.view->at.hash);
    if (candidate) needed.insert(candidate->hash);
    worker.pin(needed);
    core.reads.keep_only(needed);
    if (const auto wake = core.reads.flush(core.now, core.out)) core.wake_at(*wake);
    report_status();
}

// One pass; true when the view has moved, and there is something to do again.
bool Enclave::Impl::advance_view() {
    core.reads.begin_pass();
    if (core.view) advance_parts();
    const At newest = core.follower.newest();
    const Instant end(since.value + view_wait_ms);
    if (!candidate) {
        if (core.view && core.view->at.hash == newest.hash) return false;
        if (core.view && core.reads.outstanding(core.view->at.hash) && core.now < end) {
            core.wake_at(end);
            return false;
        }
        candidate = newest;
        since = core.now;
    } else if (core.now >= end && candidate->hash != newest.hash) {
        candidate = newest;
        since = core.now;
    }
    auto view = read_view(core, *candidate);
    if (!view) {
        // Everything is proven and yet not readable: the chain is of another version than this
        // enclave.
        if (!core.reads.outstanding(candidate->hash) && core.due(unreadable, idle_ms)) {
            core.out.log("UnreadableChainState", std::to_string(candidate->number.value));
        }
        return false;
    }
    core.view = std::move(view);
    candidate.reset();
    since = core.now;
    return true;
}

void Enclave::Impl::advance_parts() {
    registration.advance(core);
    if (registration.revoked()) worker.wipe();
    if (core.is_gatekeeper()) {
        gatekeeper.advance(core);
    } else {
        worker.advance(core);
    }
}

void Enclave::Impl::stop() {
    stopped = true;
    worker.stop(core);
    gatekeeper.wipe();
    core.view.reset();
    report_status();
}

void Enclave::Impl::report_status() {
    const protocol::output::Status now{
        .followed = core.follower.newest().number,
        .registered = core.registered && !stopped,
        .has_keys = worker.has_keys() || gatekeeper.ready(),
        .fresh = gatekeeper.ready() || (!stopped && worker.fresh(core)),
        .executed = worker.executed_sequence(),
    };
    if (status == now) return;
    status = now;
    core.out.host(now);
}

// The keys are members of Impl, or nodes of maps that share its memory.
Enclave::Enclave(Birth birth, const contract::Engine& engine, std::pmr::memory_resource* key_memory)
    : impl_(std::pmr::polymorphic_allocator<>(key_memory)
                .new_object<Impl>(std::move(birth), engine, key_memory),
            Destroy{key_memory}) {}

void Enclave::Destroy::operator()(Impl* impl) const {
    std::pmr::polymorphic_allocator<>(memory).delete_object(impl);
}

Enclave::~Enclave() = default;

void Enclave::step(Instant now, const Input& input, std::vector<Output>& out) {
    Core& core = impl_->core;
    ++core.step;
    core.now = std::max(core.now, now);
    core.wake = Instant(core.now.value + idle_ms);
    core.out.bind(&out);
    std::visit([this](const auto& message) { impl_->take(message); }, input);
    impl_->advance();
    core.out.bind(nullptr);
}

Instant Enclave::next_wake() const { return impl_->core.wake; }

}  // namespace cloister::enclave
