#include "enclave/queries.hpp"

#include "enclave/command.hpp"
#include "protocol/domains.hpp"
#include "protocol/padding.hpp"

namespace cloister::enclave {

namespace {

using protocol::QueryError;

// Nothing is wrong, or what.
std::optional<QueryError> judge_signature(const Core& core, const protocol::Query& query) {
    const Bytes message = protocol::signing_bytes(core.session(), query);
    if (!query.certificate) {
        if (crypto::verify(query.caller, message, query.signature)) return std::nullopt;
        return QueryError::BadSignature;
    }
    const protocol::Certificate& certificate = *query.certificate;
    const UnixMillis time = core.view->time;
    if (certificate.issuer != query.caller || certificate.not_before > time ||
        certificate.not_after < time ||
        certificate.not_after.value - certificate.not_before.value >
            protocol::certificate_lifetime_ms_max ||
        !crypto::verify(certificate.issuer,
                        protocol::signing_bytes(core.mission->genesis, certificate),
                        certificate.signature)) {
        return QueryError::BadCertificate;
    }
    if (crypto::verify(certificate.delegate, message, query.signature)) return std::nullopt;
    return QueryError::BadSignature;
}

// An answer whose padded form fits a reply.
bool answer_fits(std::size_t output_bytes) {
    constexpr std::size_t rest = 512;  // statement, signature, lengths
    return protocol::size_class_of(output_bytes + rest) + crypto::aead_tag_bytes <=
           protocol::query_bytes_max;
}

}  // namespace

void Queries::refuse(Core& core, std::uint64_t id, QueryError error) {
    core.out.host(protocol::output::QueryReplyOut{
        id, scale::encode(protocol::QueryReply{.error = error, .sealed_answer = {}})});
}

void Queries::accept(Core& core, const protocol::input::Query& message) {
    if (message.sealed.size() > protocol::query_bytes_max ||
        message.sealed.size() < crypto::hpke_overhead_bytes) {
        return refuse(core, message.id, QueryError::Malformed);
    }
    if (!core.view || core.is_gatekeeper() || waiting_.size() >= waiting_max) {
        return refuse(core, message.id, QueryError::NotReady);
    }
    const ByteView sealed(message.sealed);
    auto context =
        crypto::hpke_setup_receiver(crypto::X25519Public(sealed.first(crypto::hpke_enc_bytes)),
                                    core.identity.session, view_of(protocol::domain::query));
    const Bytes associated = protocol::associated_data(core.session());
    auto padded =
        context ? context->open(associated, sealed.subspan(crypto::hpke_enc_bytes)) : std::nullopt;
    if (!padded) return refuse(core, message.id, QueryError::DoesNotOpen);
    const auto plain = protocol::unpad(padded->reveal());
    if (!plain) return refuse(core, message.id, QueryError::Malformed);
    auto query = scale::decode<protocol::Query>(plain->reveal());
    if (!query) return refuse(core, message.id, QueryError::Malformed);
    if (const auto error = judge(core, *query)) return refuse(core, message.id, *error);
    waiting_.push_back({message.id, crypto::blake2b_256(message.sealed), std::move(*context),
                        std::move(*query), Instant(core.now.value + wait_ms),
                        core.follower.newest().number});
}

std::optional<QueryError> Queries::judge(Core& core, const protocol::Query& query) {
    if (const auto error = judge_signature(core, query)) return error;
    // Only what its caller signed uses a nonce up.
    if (nonces_.contains(query.nonce)) return QueryError::ReplayedNonce;
    if (nonces_.size() >= nonces_max) {
        core.identity.session = core.fresh_key();
        nonces_.clear();
        core.announce();
        return QueryError::DoesNotOpen;
    }
    nonces_.insert(query.nonce);
    return std::nullopt;
}

void Queries::refuse_late_runs(Core& core) {
    for (auto& [id, running] : running_) {
        if (running.refused) continue;
        if (core.now < running.until) {
            core.wake_at(running.until);
            continue;
        }
        refuse(core, running.host_id, QueryError::NotReady);
        running.refused = true;
    }
}

void Queries::advance(Core& core, const QueryGround& ground) {
    refuse_late_runs(core);
    reading_code_ = false;
    for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
        Progress progress = start(core, ground, *waiting);
        if (progress == Progress::Wait && core.now >= waiting->until) {
            const bool fresh = ground.tickets.fresh(core);
            refuse(core, waiting->id, fresh ? QueryError::NotReady : QueryError::NoFreshTicket);
            progress = Progress::Done;
        }
        if (progress == Progress::Done) {
            waiting = waiting_.erase(waiting);
        } else {
            core.wake_at(waiting->until);
            ++waiting;
        }
    }
}

Queries::Progress Queries::start(Core& core, const QueryGround& ground, Waiting& waiting) {
    const View& view = *core.view;
    if (view.at.number < waiting.not_before || running_.size() >= running_max)
        return Progress::Wait;
    const auto refused = [&](QueryError error) {
        refuse(core, waiting.id, error);
        return Progress::Done;
    };
    if (!core.registered) return refused(QueryError::NotRegistered);
    if (!ground.tickets.fresh(core)) return refused(QueryError::NoFreshTicket);
    if (ground.keys == nullptr || ground.state == nullptr) return Progress::Wait;
    const Snapshot* snapshot = ground.state->at(view.accepted.sequence);
    if (snapshot == nullptr) return Progress::Wait;
    if (view.accepted.sequence.value > 0 && snapshot->blinded != view.accepted.blinded_root) {
        return refused(QueryError::NotReady);
    }
    const auto contract = snapshot->contracts->find(waiting.query.contract);
    if (contract == snapshot->contracts->end()) return refused(QueryError::NoSuchContract);
    const auto code = reading_code_ ? Modules::Code::MayNot : Modules::Code::May;
    const auto module = ground.modules.get(core, view.at, contract->second->code, code);
    if (!module.ready) {
        reading_code_ = true;
        return Progress::Wait;
    }
    if (!module.value) return refused(QueryError::NoSuchContract);
    contract::Context context;
    context.contract = waiting.query.contract;
    context.caller = waiting.query.caller;
    context.block = view.at.number;
    context.block_time = view.time;
    context.is_query = true;
    context.randomness_seed =
        crypto::hmac_sha256(ground.keys->commitment.reveal(),
                            concat(view_of(protocol::domain::query), waiting.request_hash.view()));
    const protocol::AnswerStatement statement{waiting.request_hash,
                                              Hash256(),
                                              waiting.query.contract,
                                              contract->second->code,
                                              view.accepted.sequence,
                                              view.at.hash,
                                              view.time,
                                              snapshot->blinded,
                                              core.identity.worker()};
    Execution::Job job{.kind = Execution::Kind::Query,
                       .module = *module.value,
                       .context = context,
                       .state = std::shared_ptr<const contract::State>(contract->second,
                                                                       &contract->second->storage),
                       .function = contract::Entry::Function::Call,
                       .input = SecretBytes(std::move(waiting.query.message)),
                       .gas_limit = gas_limit};
    const std::uint64_t id = core.next_id();
    running_.emplace(id, Running{.host_id = waiting.id,
                                 .context = std::move(waiting.context),
                                 .statement = statement,
                                 .until = Instant(core.now.value + run_ms)});
    core.wake_at(Instant(core.now.value + run_ms));
    core.out.put(
        output::Execute{std::make_shared<const Execution>(id, core.engine, std::move(job))});
    return Progress::Done;
}

bool Queries::executed(Core& core, const QueryGround& ground, const input::Executed& message) {
    const auto found = running_.find(message.id);
    if (found == running_.end()) return false;
    Running running = std::move(found->second);
    running_.erase(found);
    if (running.refused) return true;
    // The run may have outlived the ticket or the registration.
    if (!core.registered) {
        refuse(core, running.host_id, QueryError::NotRegistered);
    } else if (!ground.tickets.fresh(core)) {
        refuse(core, running.host_id, QueryError::NoFreshTicket);
    } else {
        answer(core, running, message.run);
    }
    return true;
}

void Queries::answer(Core& core, Running& running, contract::Run run) {
    protocol::Answer answer{
        outcome_of(run.outcome), std::move(run.output), std::move(running.statement), {}};
    if (!answer_fits(answer.output.size())) {
        answer.outcome = protocol::TaskOutcome::Trapped;
        answer.output.clear();
    }
    answer.statement.answer_hash = protocol::answer_hash(answer.outcome, answer.output);
    answer.signature = core.sign(protocol::signing_bytes(core.mission->genesis, answer.statement));
    const SecretBytes message(scale::encode(answer));
    const SecretBytes plain = protocol::pad(message.reveal());
    const SecretBytes material = running.context.export_secret(view_of(protocol::domain::answer),
                                                               32 + crypto::AeadNonce::size_bytes);
    const crypto::AeadNonce nonce(material.reveal().subspan(32));
    protocol::QueryReply reply{
        .error = std::nullopt,
        .sealed_answer = crypto::aead_seal(crypto::Aead::Aes256Gcm, material.reveal().first(32),
                                           nonce, {}, plain.reveal())};
    core.out.host(protocol::output::QueryReplyOut{running.host_id, scale::encode(reply)});
}

void Queries::stop(Core& core) {
    for (const Waiting& waiting : waiting_) refuse(core, waiting.id, QueryError::Stopped);
    for (const auto& [id, running] : running_) {
        if (!running.refused) refuse(core, running.host_id, QueryError::Stopped);
    }
    waiting_.clear();
    running_.clear();
}

}  // namespace cloister::enclave
