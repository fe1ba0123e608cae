// GRANDPA justifications of real chains, and everything that was derived from them by tampering.
#include "finality/grandpa.hpp"

#include "crypto/hash.hpp"
#include "crypto/ss58.hpp"
#include "test/vectors/shared.hpp"

namespace cloister::vectors {
namespace {

using namespace finality;

const SharedFile polkadot_file("real/grandpa/polkadot-302592-justification.json");
const SharedFile avail_file("real/grandpa/avail-530527-justification.json");
const SharedFile westend_file("real/grandpa/westend-5105457-commit.json");
const SharedFile negatives_file("real/grandpa/derived-negatives-polkadot-302592.json");
const std::array<SharedFile, 3> ancestry_files{
    SharedFile("real/grandpa/avail-ancestry.json"),
    SharedFile("real/grandpa/avail-ancestry_missing_link_works.json"),
    SharedFile("real/grandpa/avail-ancestry_missing_link_no_majority.json")};

// One justification with its set and the block that it is about.
struct Case {
    std::string name;
    Bytes bytes;
    Justification justification;
    Target target;
    AuthoritySet set;

    std::optional<Error> verdict() const { return verdict_on(justification); }
    std::optional<Error> verdict_on(const Justification& other) const {
        const auto result = verify(other, target, set);
        return result ? std::nullopt : std::optional(result.error());
    }
    std::optional<Error> strict() const {
        const auto result = verify_strict(justification, target, set);
        return result ? std::nullopt : std::optional(result.error());
    }
};

Case case_of(const SharedFile& source) {
    const auto file = source.json();
    Case out{.name = source.name(),
             .bytes = hex_bytes(file.at("justification")),
             .justification = {},
             .target = {.hash = hex_fixed<BlockHash>(file.at("targetHash")),
                        .number = BlockNumber(file.at("targetNumber").to_number<std::uint32_t>())},
             .set = {.set_id = file.at("setId").to_number<std::uint64_t>(), .authorities = {}}};
    out.justification = parse_justification(out.bytes).get();
    for (const auto& row : file.at("authorities").as_array()) {
        out.set.authorities.push_back({.id = hex_fixed<crypto::Ed25519Public>(row.at(0)),
                                       .weight = row.at(1).to_number<std::uint64_t>()});
    }
    return out;
}

// Westend's commit came without the set; its seven signers alone serve as one.
Case westend() {
    const auto file = westend_file.json();
    Case out{.name = westend_file.name(),
             .bytes = hex_bytes(file.at("asJustification")),
             .justification = {},
             .target = {.hash = hex_fixed<BlockHash>(file.at("targetHash")),
                        .number = BlockNumber(file.at("targetNumber").to_number<std::uint32_t>())},
             .set = {.set_id = file.at("setId").to_number<std::uint64_t>(), .authorities = {}}};
    out.justification = parse_justification(out.bytes).get();
    for (const auto& id : file.at("signers").as_array()) {
        out.set.authorities.push_back({.id = hex_fixed<crypto::Ed25519Public>(id), .weight = 1});
    }
    return out;
}

// The two whose votes are exactly as many as the threshold asks for.
std::vector<Case> exact_cases() { return {case_of(polkadot_file), case_of(avail_file)}; }

std::vector<Case> all_cases() {
    std::vector<Case> out = exact_cases();
    out.push_back(westend());
    return out;
}

// Applies `change` to each vote in turn. A bridge looks at no vote behind the threshold: there
// must be none.
void for_each_vote(const Case& real, Error expected, const auto& change) {
    for (std::size_t i = 0; i < real.justification.precommits.size(); ++i) {
        Case tampered = real;
        change(tampered, i);
        test::ran_cases(1);
        EXPECT_EQ(tampered.verdict(), expected) << real.name << " vote " << i;
        const bool surplus = i >= real.set.threshold();
        EXPECT_EQ(tampered.strict(), surplus ? Error::RedundantVote : expected)
            << real.name << " vote " << i;
    }
}

TEST(Grandpa, RealJustificationsAreFinalAndComeBack) {
    for (const Case& real : exact_cases()) {
        test::ran_cases(1);
        EXPECT_EQ(encode_justification(real.justification), real.bytes);
        EXPECT_EQ(real.verdict(), std::nullopt) << real.name;
        EXPECT_EQ(real.strict(), std::nullopt) << real.name;
    }
}

TEST(Grandpa, AllSevenSignaturesOfWestendsCommitVerify) {
    const Case commit = westend();
    EXPECT_EQ(commit.justification.precommits.size(), 7U);
    EXPECT_EQ(commit.verdict(), std::nullopt);
    EXPECT_EQ(commit.strict(), Error::RedundantVote);
}

TEST(Grandpa, PublishedTamperingsFailWithTheirNamedErrors) {
    const auto file = negatives_file.json();
    const std::map<std::string_view, Error> names{
        {"TooLowCumulativeWeight", Error::BelowThreshold},
        {"Precommit(InvalidAuthoritySignature)", Error::BadSignature},
        {"Precommit(DuplicateAuthorityVote)", Error::DuplicateVote},
        {"Precommit(UnknownAuthorityVote)", Error::UnknownAuthority},
        {"InvalidJustificationTarget / UnrelatedAncestryVote", Error::WrongTarget},
        {"RedundantVotesAncestries", Error::UnusedAncestry},
        {"decode error (DecodeAll)", Error::Malformed},
    };
    for (const auto& row : rows(file.at("cases"))) {
        Case tampered = case_of(polkadot_file);
        if (const auto* id = row.as_object().if_contains("setId")) {
            tampered.set.set_id = id->to_number<std::uint64_t>();
        }
        const auto parsed = parse_justification(hex_bytes(row.at("justification")));
        const Error expected = names.at(std::string_view(row.at("expected").as_string()));
        EXPECT_EQ(parsed.has_value(), expected != Error::Malformed) << row.at("name");
        if (!parsed) continue;
        tampered.justification = *parsed;
        EXPECT_EQ(tampered.verdict(), expected) << row.at("name");
        EXPECT_EQ(tampered.strict(), expected) << row.at("name");
    }
}

TEST(Grandpa, AFlippedBitInAnySignatureIsABadSignature) {
    for (const Case& real : all_cases()) {
        for (const std::size_t at : {0U, 31U, 32U, 63U}) {
            for_each_vote(real, Error::BadSignature, [at](Case& tampered, std::size_t i) {
                tampered.justification.precommits[i].signature.data()[at] ^= 1;
            });
        }
    }
}

TEST(Grandpa, AVoteLessThanTheThresholdIsBelowIt) {
    for (const Case& real : exact_cases()) {
        for_each_vote(real, Error::BelowThreshold, [](Case& tampered, std::size_t i) {
            auto& votes = tampered.justification.precommits;
            votes.erase(votes.begin() + static_cast<std::ptrdiff_t>(i));
        });
    }
}

TEST(Grandpa, AnyVoteTwiceIsADuplicate) {
    for (const Case& real : exact_cases()) {
        for_each_vote(real, Error::DuplicateVote, [](Case& tampered, std::size_t i) {
            auto& votes = tampered.justification.precommits;
            votes[(i + 1) % votes.size()] = votes[i];
        });
    }
}

TEST(Grandpa, AVoterOutsideTheSetIsUnknown) {
    const Bytes seed(32, 99);
    const crypto::Ed25519Key stranger(Secret<32>{ByteView(seed)});
    for (const Case& real : all_cases()) {
        for_each_vote(real, Error::UnknownAuthority, [&](Case& tampered, std::size_t i) {
            tampered.justification.precommits[i].id = stranger.public_key();
        });
        // The same from the other side: the set that the verifier knows has another key there.
        for_each_vote(real, Error::UnknownAuthority, [&](Case& tampered, std::size_t i) {
            const auto& voter = tampered.justification.precommits[i].id;
            const auto seat = std::ranges::find(tampered.set.authorities, voter, &Authority::id);
            ASSERT_NE(seat, tampered.set.authorities.end());
            seat->id = stranger.public_key();
        });
    }
}

TEST(Grandpa, AVoteInTheNameOfASilentAuthorityIsABadSignature) {
    for (const Case& real : exact_cases()) {
        const auto silent = std::ranges::find_if(real.set.authorities, [&](const Authority& a) {
            return std::ranges::find(real.justification.precommits, a.id, &Precommit::id) ==
                   real.justification.precommits.end();
        });
        ASSERT_NE(silent, real.set.authorities.end());
        for_each_vote(real, Error::BadSignature, [&](Case& tampered, std::size_t i) {
            tampered.justification.precommits[i].id = silent->id;
        });
    }
}

TEST(Grandpa, AnotherSetIdOrRoundIsABadSignature) {
    for (const Case& real : all_cases()) {
        for (const std::uint64_t bit : {0U, 1U, 8U, 31U, 63U}) {
            Case other_set = real;
            other_set.set.set_id ^= std::uint64_t{1} << bit;
            EXPECT_EQ(other_set.verdict(), Error::BadSignature) << real.name;
            Case other_round = real;
            other_round.justification.round ^= std::uint64_t{1} << bit;
            EXPECT_EQ(other_round.verdict(), Error::BadSignature) << real.name;
            test::ran_cases(2);
        }
    }
}

TEST(Grandpa, AnotherBlockThanTheOneAskedAboutIsTheWrongTarget) {
    for (const Case& real : all_cases()) {
        Case hash = real;
        hash.target.hash.data()[0] ^= 1;
        EXPECT_EQ(hash.verdict(), Error::WrongTarget) << real.name;
        Case number = real;
        number.target.number.value += 1;
        EXPECT_EQ(number.verdict(), Error::WrongTarget) << real.name;
        test::ran_cases(2);
    }
}

TEST(Grandpa, VotesForAnotherBlockAreUnrelatedEvenIfTheTargetIsForgedToo) {
    for (const Case& real : all_cases()) {
        Case forged = real;
        forged.target.hash.data()[0] ^= 1;
        forged.justification.target_hash = forged.target.hash;
        test::ran_cases(1);
        EXPECT_EQ(forged.verdict(), Error::UnrelatedVote) << real.name;
    }
    for (const Case& real : exact_cases()) {
        for_each_vote(real, Error::UnrelatedVote, [](Case& tampered, std::size_t i) {
            tampered.justification.precommits[i].target_hash.data()[31] ^= 1;
        });
        for_each_vote(real, Error::UnrelatedVote, [](Case& tampered, std::size_t i) {
            tampered.justification.precommits[i].target_number.value += 1;
        });
    }
}

TEST(Grandpa, NoFlippedByteAndNoPrefixOfARealJustificationPasses) {
    const Case real = case_of(polkadot_file);
    for (std::size_t i = 0; i < real.bytes.size(); ++i) {
        Bytes changed = real.bytes;
        changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        const auto parsed = parse_justification(changed);
        EXPECT_TRUE(!parsed || real.verdict_on(*parsed)) << i;
        EXPECT_FALSE(parse_justification(ByteView(real.bytes).first(i)).has_value()) << i;
        test::ran_cases(2);
    }
}

// Avail's headers end in a field that ours do not have, so that their hash covers more than ours.
TEST(Grandpa, AvailsTwentyHeadersAreAChainUpToTheJustifiedBlock) {
    const auto file = avail_file.json();
    std::optional<BlockHash> parent;
    for (const auto& row : rows(file.at("headers"))) {
        const Bytes bytes = hex_bytes(row.at("header"));
        scale::Decoder decoder(bytes);
        const Header header = read_header(decoder);
        ASSERT_FALSE(decoder.failed()) << row.at("number");
        EXPECT_GT(decoder.remaining(), 0U);
        EXPECT_EQ(header.number.value, row.at("number").to_number<std::uint32_t>());
        const BlockHash hash(crypto::blake2b_256(bytes).array());
        EXPECT_EQ(hash, hex_fixed<BlockHash>(row.at("hash")));
        if (parent) {
            EXPECT_EQ(header.parent_hash, *parent);
        }
        parent = hash;
    }
    EXPECT_EQ(parent, hex_fixed<BlockHash>(file.at("targetHash")));
}

// For the same reason their ancestries cannot be hashed here; the votes can be checked.
TEST(Grandpa, AvailsVotesVerifyButNotWithoutTheirAncestry) {
    for (const SharedFile& source : ancestry_files) {
        const auto file = source.json();
        const auto& given = file.at("justification");
        const auto& commit = given.at("commit");
        Justification justification;
        justification.round = given.at("round").to_number<std::uint64_t>();
        justification.target_hash = hex_fixed<BlockHash>(commit.at("target_hash"));
        justification.target_number.value = commit.at("target_number").to_number<std::uint32_t>();
        AuthoritySet set{.set_id = 1, .authorities = {}};
        for (const auto& row : rows(commit.at("precommits"))) {
            Precommit vote;
            vote.target_hash = hex_fixed<BlockHash>(row.at("precommit").at("target_hash"));
            vote.target_number.value =
                row.at("precommit").at("target_number").to_number<std::uint32_t>();
            vote.signature = hex_fixed<crypto::Ed25519Signature>(row.at("signature"));
            vote.id =
                crypto::Ed25519Public(crypto::parse_ss58(text_of(row.at("id")))->account.view());
            EXPECT_TRUE(crypto::verify_ed25519(
                vote.id,
                precommit_message(vote.target_hash, vote.target_number, justification.round, 1),
                vote.signature));
            set.authorities.push_back({.id = vote.id, .weight = 1});
            justification.precommits.push_back(vote);
        }
        const Target target{.hash = justification.target_hash,
                            .number = justification.target_number};
        EXPECT_EQ(verify(justification, target, set).error(), Error::UnrelatedVote);
    }
}

}  // namespace
}  // namespace cloister::vectors
