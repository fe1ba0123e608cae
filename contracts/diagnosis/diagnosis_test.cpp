// The demonstration contract on the public Wisconsin breast cancer records (tools/fetch-data.sh).
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "contract/contract_fixture.hpp"
#include "diagnosis/classifier.hpp"

namespace cloister::contract {
namespace {

using Answer = cloister::contract::Run;  // ::testing::Test has a Run of its own
using diagnosis::Features;
using diagnosis::Record;
using Score = std::tuple<bool, std::uint32_t>;
using Scores = std::variant<std::vector<Score>, std::uint8_t>;  // Result<Vec<Score>, Refusal>

constexpr std::size_t training_count = 400;

const Engine& engine() {
    static const Engine shared{Limits{}};
    return shared;
}

std::vector<Record> read_records() {
    const char* cache = std::getenv("CLOISTER_CACHE");
    const char* home = std::getenv("HOME");
    const std::string folder = cache != nullptr ? cache : std::string(home) + "/.cache/cloister";
    std::ifstream in(folder + "/data/breast_cancer.csv");
    std::vector<Record> records;
    std::string line;
    std::getline(in, line);  // 569,30,malignant,benign
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        std::string field;
        Record record{};
        for (std::int64_t& feature : record.features) {
            std::getline(fields, field, ',');
            feature = std::llround(std::stod(field) * 1e6);
        }
        std::getline(fields, field);
        record.malignant = field[0] == '0';
        records.push_back(record);
    }
    return records;
}

AccountId account(std::uint8_t n) {
    AccountId id;
    id.data()[0] = n;
    return id;
}

class Diagnosis : public ::testing::Test {
  protected:
    Diagnosis() : contract(engine(), contract_wasm("diagnosis")), records(read_records()) {
        contract.context.caller = account(1);
        contract.deploy(message("new"));
    }
    Answer train(std::size_t count) {
        std::vector<std::tuple<Features, bool>> rows;
        for (std::size_t i = 0; i < count; ++i) {
            rows.emplace_back(records[i].features, records[i].malignant);
        }
        return contract.call(message("train", rows));
    }
    Bytes score_message() const {
        std::vector<Features> patients;
        for (std::size_t i = training_count; i < records.size(); ++i) {
            patients.push_back(records[i].features);
        }
        return message("score", patients);
    }

    Instance contract;
    std::vector<Record> records;
};

TEST_F(Diagnosis, LearnsAndScoresAtLeastNinetyFivePercentRight) {
    if (records.empty()) GTEST_SKIP() << "no records; run tools/fetch-data.sh";
    ASSERT_EQ(records.size(), 569U);
    const Answer trained = train(training_count);
    ASSERT_EQ(trained.outcome, Outcome::Returned) << trained.trap;
    EXPECT_EQ(trained.output, scale::encode(std::uint8_t{0}, std::uint8_t{0}, 400U));
    EXPECT_LT(trained.gas_used.value, 3'000'000'000U);
    RecordProperty("training_gas", std::to_string(trained.gas_used.value));

    contract.call(message("allow", account(1)));
    const Answer scored = contract.query(score_message());
    const auto scores = std::get<0>(value_of<Scores>(scored));
    RecordProperty("scoring_gas", std::to_string(scored.gas_used.value));
    std::size_t right = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (std::get<0>(scores[i]) == records[training_count + i].malignant) ++right;
    }
    EXPECT_EQ(scores.size(), 169U);
    EXPECT_GE(right * 100, scores.size() * 95);
    RecordProperty("right", std::to_string(right));
    EXPECT_EQ(contract.call(score_message()).output, scored.output) << "command and query differ";
}

TEST_F(Diagnosis, ComputesTheSameBitsAsANativeProgram) {
    if (records.empty()) GTEST_SKIP() << "no records; run tools/fetch-data.sh";
    std::vector<std::array<double, diagnosis::feature_count>> rows(training_count);
    const diagnosis::Model native =
        diagnosis::train(std::span(records).first(training_count), rows);
    train(training_count);
    const auto bits = std::bit_cast<std::array<std::uint64_t, sizeof native / 8>>(native);
    EXPECT_EQ(contract.state.at(to_bytes("model")), scale::encode(bits));
}

TEST_F(Diagnosis, OnlyTheOwnerTrainsAllowsAndRevokes) {
    contract.context.caller = account(2);
    using Record1 = std::tuple<Features, bool>;
    const Bytes not_owner = {0, 1, 0};
    EXPECT_EQ(contract.call(message("train", std::vector<Record1>(1))).output, not_owner);
    EXPECT_EQ(contract.call(message("allow", account(2))).output, not_owner);
    EXPECT_EQ(contract.call(message("revoke", account(1))).output, not_owner);
}

TEST_F(Diagnosis, OnlyAllowedClinicsScore) {
    const Bytes score = message("score", std::vector<Features>(1));
    const Bytes not_allowed = {0, 1, 1};
    const Bytes not_trained = {0, 1, 3};
    EXPECT_EQ(contract.query(score).output, not_allowed);
    contract.call(message("allow", account(1)));
    EXPECT_EQ(contract.query(score).output, not_trained);
    contract.call(message("revoke", account(1)));
    EXPECT_EQ(contract.query(score).output, not_allowed);
}

TEST_F(Diagnosis, NothingIsLearntFromNothing) {
    EXPECT_EQ(contract.call(message("train", std::vector<Features>())).output, (Bytes{0, 1, 2}));
}

TEST_F(Diagnosis, SaysWhatItWasTrainedOn) {
    using Info = std::tuple<AccountId, std::uint32_t, std::uint32_t>;
    EXPECT_EQ(value_of<Info>(contract.query(message("info"))), Info(account(1), 0, 0));
}

}  // namespace
}  // namespace cloister::contract
