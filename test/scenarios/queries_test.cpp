// Queries that an enclave refuses, by name and in the clear.
#include "network.hpp"

namespace cloister::scenarios {
namespace {

using Kind = worker::input::Http::Kind;

struct Queries : Shared {
    protocol::Session session(std::size_t member) {
        const Bytes bytes = *world.http(member, Kind::Session, {});
        return scale::decode<protocol::Session>(bytes).get();
    }
    client::SealedQuery sealed(const protocol::Session& to, const ContractId& contract) {
        return client::seal_query(to, contract, net.alice.key, message("get"), net.alice.entropy)
            .get();
    }
    std::string answer(std::size_t member, client::SealedQuery& query) {
        const auto reply = world.http(member, Kind::Query, query.bytes);
        return reply ? why(client::open_answer(query, *reply)) : "silence";
    }
};

TEST_F(Queries, HonestOneIsAnswered) {
    auto query = sealed(session(1), net.trouble);
    EXPECT_EQ(answer(1, query), "");
}

TEST_F(Queries, SentToAnotherEnclaveDoesNotOpen) {
    auto query = sealed(session(1), net.trouble);
    EXPECT_EQ(answer(2, query), "DoesNotOpen");
}

TEST_F(Queries, SentTwiceIsReplayed) {
    auto query = sealed(session(1), net.trouble);
    EXPECT_EQ(answer(1, query), "");
    EXPECT_EQ(answer(1, query), "ReplayedNonce");
}

TEST_F(Queries, AlteredOnTheWayDoesNotOpen) {
    auto query = sealed(session(1), net.trouble);
    query.bytes.back() ^= 1;
    EXPECT_EQ(answer(1, query), "DoesNotOpen");
}

TEST_F(Queries, NoQueryAtAllIsMalformed) {
    auto query = sealed(session(1), net.trouble);
    query.bytes.resize(5);
    EXPECT_EQ(answer(1, query), "Malformed");
}

TEST_F(Queries, ForAnUnknownContractFindNone) {
    auto query = sealed(session(1), ContractId({1}));
    EXPECT_EQ(answer(1, query), "NoSuchContract");
}

TEST_F(Queries, SignedForAnotherWorkerIsRefused) {
    protocol::Session mixed = session(1);
    mixed.worker = session(2).worker;  // signed for 2, sealed to 1
    auto query = sealed(mixed, net.trouble);
    EXPECT_EQ(answer(1, query), "DoesNotOpen");
}

TEST_F(Queries, AnswerAlteredByTheHostIsNotBelieved) {
    auto query = sealed(session(1), net.trouble);
    auto reply = *world.http(1, Kind::Query, query.bytes);
    reply.back() ^= 1;
    EXPECT_EQ(why(client::open_answer(query, reply)), "the answer does not open");
}

TEST_F(Queries, SessionOfAStrangerIsNotBelieved) {
    protocol::Session forged = session(1);
    forged.session_key = crypto::X25519Key(net.eve.entropy.bytes_32()).public_key;
    const auto checked = client::check_session(net.alice.chain, scale::encode(forged), net.trouble);
    EXPECT_EQ(why(checked), "the session key is not signed by the worker's identity");
}

}  // namespace
}  // namespace cloister::scenarios
