// The node's database on a disk that fails at every operation in turn: after each, what was
// promised is there, and nothing half.
#include <gtest/gtest.h>

#include "chain_script.hpp"
#include "fast_directory.hpp"
#include "faulty_disk.hpp"
#include "io/file.hpp"
#include "io/kv.hpp"
#include "node/replay.hpp"
#include "test/support/cases.hpp"

namespace cloister::crash {
namespace {

// So little that tables are written, and merged, within a few blocks.
constexpr std::size_t memtable_bytes = 64U << 10;

using Contents = std::map<Bytes, Bytes>;

class Database : public testing::Test {
  protected:
    Database() { EXPECT_TRUE(io::remove_tree(path_)); }
    ~Database() override { EXPECT_TRUE(io::remove_tree(folder_)); }

    Result<io::KeyValue, io::Error> open() {
        return io::KeyValue::open(path_, {.env = disk_.env(), .memtable_bytes = memtable_bytes});
    }
    // Writes the script from a block on until the disk refuses; how many batches are promised then.
    std::size_t write_from(std::size_t first) {
        refusal_.reset();
        auto database = open();
        if (!database) {
            refusal_ = database.error();
            return first;
        }
        for (std::size_t i = first; i < script_.size(); ++i) {
            io::Batch batch;
            for (const auto& [key, value] : script_[i]) batch.put(key, value);
            const auto written = database->write(batch, io::Durability::Synced);
            if (written) continue;
            refusal_ = written.error();
            return i;
        }
        return script_.size();
    }
    // How many batches are in the database, if it is what exactly so many leave.
    std::optional<std::size_t> batches_found(std::size_t promised) {
        const auto database = open();
        if (!database) {
            ADD_FAILURE() << "does not open: " << database.error().text;
            return std::nullopt;
        }
        const auto all = database->scan({}, 1'000'000);
        if (!all) return std::nullopt;
        Contents found;
        for (const auto& [key, value] : *all) found.emplace(key, value);
        for (const std::size_t count : {promised, promised + 1}) {
            if (count <= script_.size() && found == contents_[count]) return count;
        }
        return std::nullopt;
    }
    void SetUp() override {
        contents_.resize(1);
        for (const node::KvBatch& batch : script_) {
            Contents next = contents_.back();
            for (const auto& [key, value] : batch) next.insert_or_assign(key, value);
            contents_.push_back(std::move(next));
        }
        disk_.plan(Fault::None, 0);
        ASSERT_EQ(write_from(0), script_.size());
        operations_ = disk_.operations();
        const auto files = io::list_directory(path_);
        ASSERT_TRUE(files &&
                    std::ranges::any_of(
                        *files, [](const std::string& name) { return name.ends_with(".sst"); }))
            << "too few blocks: no table was written";
        ASSERT_TRUE(io::remove_tree(path_));
        disk_.reset();
    }
    // What a run that ends at this operation may leave: whole, and going on where it can.
    void expect_whole_after_cut(std::size_t operation, Names names, Tails tails) {
        disk_.plan(Fault::PowerCut, operation);
        const std::size_t promised = write_from(0);
        names_matter_ = disk_.has_unsynced_names();
        tails_matter_ = disk_.has_unsynced_tails();
        disk_.cut_power(names, tails);
        disk_.plan(Fault::None, 0);
        const auto found = batches_found(promised);
        ASSERT_TRUE(found) << "a mixture after a cut at operation " << operation << ", names "
                           << static_cast<int>(names) << ", tails " << static_cast<int>(tails);
        ASSERT_EQ(write_from(*found), script_.size());
        ASSERT_TRUE(io::remove_tree(path_));
        disk_.reset();
        ++cases_;
    }

    std::string folder_ = fast_directory();
    std::string path_ = folder_ + "/db";
    const ChainScript chain_;
    const std::vector<node::KvBatch>& script_ = chain_.batches;
    std::vector<Contents> contents_;  // after so many batches
    FaultyDisk disk_;
    std::size_t operations_ = 0;
    std::optional<io::Error> refusal_;
    bool names_matter_ = false;  // at the last cut
    bool tails_matter_ = false;
    std::size_t cases_ = 0;
};

TEST_F(Database, HoldsEveryPromisedBlockWholeAfterAPowerCutAtEveryOperation) {
    for (std::size_t operation = 0; operation <= operations_; ++operation) {
        expect_whole_after_cut(operation, Names::Kept, Tails::Kept);
        const bool names = names_matter_;
        const bool tails = tails_matter_;
        if (names) expect_whole_after_cut(operation, Names::Lost, Tails::Kept);
        if (tails) expect_whole_after_cut(operation, Names::Kept, Tails::Torn);
        if (tails) expect_whole_after_cut(operation, Names::Kept, Tails::Lost);
        if (names && tails) expect_whole_after_cut(operation, Names::Lost, Tails::Lost);
        if (HasFatalFailure()) return;
    }
    test::ran_cases(cases_);
}

TEST_F(Database, SaysThatItIsFullAndGoesOnWithRoom) {
    for (const Fault fault : {Fault::Full, Fault::Once}) {
        for (std::size_t operation = 0; operation < operations_; ++operation) {
            disk_.plan(fault, operation);
            const std::size_t promised = write_from(0);
            if (fault == Fault::Full && refusal_) {
                EXPECT_EQ(refusal_->code, io::ErrorCode::Full) << refusal_->text;
            }
            EXPECT_TRUE(refusal_ || promised == script_.size());
            disk_.plan(Fault::None, 0);
            const auto found = batches_found(promised);
            ASSERT_TRUE(found) << "a mixture after a refusal at operation " << operation;
            ASSERT_EQ(write_from(*found), script_.size());
            ASSERT_TRUE(io::remove_tree(path_));
            disk_.reset();
        }
    }
    test::ran_cases(2 * operations_);
}

}  // namespace
}  // namespace cloister::crash
