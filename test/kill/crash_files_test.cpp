// Files of our own (sealed blobs, keys, records) on a disk that forgets, tears and fills up: every
// call of every write, every state that a power cut may leave.
#include <gtest/gtest.h>

#include <cerrno>

#include "forgetful_disk.hpp"
#include "io/file.hpp"
#include "test/support/cases.hpp"

namespace cloister::crash {
namespace {

using io::FileMode;

constexpr const char* path = "box/blob";
const Bytes old_bytes = to_bytes(view_of("what was there before"));
const Bytes new_bytes = to_bytes(view_of("and what is to replace it"));

Result<void, io::Error> write(ForgetfulDisk& disk, const Bytes& bytes) {
    return io::write_file_atomic(path, bytes, FileMode::Private, disk);
}

// A disk that holds the old bytes through any power cut.
ForgetfulDisk disk_with_old() {
    ForgetfulDisk disk;
    EXPECT_TRUE(io::ensure_directory("box", disk));
    EXPECT_TRUE(write(disk, old_bytes));
    disk.set_write_bytes_max(10);
    disk.plan({});
    return disk;
}

std::size_t calls_of_a_write() {
    ForgetfulDisk disk = disk_with_old();
    EXPECT_TRUE(write(disk, new_bytes));
    return disk.calls();
}

Bytes bytes_at(const Found& found) {
    const auto at = found.find(path);
    return at == found.end() ? Bytes{} : at->second;
}

testing::AssertionResult is_old_or_new(const Found& found) {
    const Bytes bytes = bytes_at(found);
    if (bytes == old_bytes || bytes == new_bytes) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "a mixture: '" << text_of(bytes) << "'";
}

TEST(OwnFiles, AreOldOrNewAfterAPowerCutAtEveryCall) {
    std::size_t states = 0;
    const std::size_t calls = calls_of_a_write();
    for (std::size_t call = 0; call <= calls; ++call) {
        ForgetfulDisk disk = disk_with_old();
        disk.plan(ForgetfulDisk::Fault{.call = call, .number = 0});
        const bool promised = write(disk, new_bytes).has_value();
        EXPECT_EQ(promised, call == calls);
        for (const Found& found : disk.after_power_cut()) {
            ++states;
            EXPECT_TRUE(is_old_or_new(found)) << "cut before call " << call;
            if (promised) {
                EXPECT_EQ(bytes_at(found), new_bytes);
            }
        }
        // The writer killed, the machine alive.
        EXPECT_TRUE(is_old_or_new(disk.seen()));
    }
    test::ran_cases(states);
}

TEST(OwnFiles, KeepTheOldAndSayWhyWhenAnyCallFails) {
    const std::size_t calls = calls_of_a_write();
    for (const int number : {ENOSPC, EIO}) {
        for (std::size_t call = 0; call < calls; ++call) {
            ForgetfulDisk disk = disk_with_old();
            disk.plan(ForgetfulDisk::Fault{.call = call, .number = number});
            const auto written = write(disk, new_bytes);
            ASSERT_FALSE(written) << "call " << call;
            EXPECT_EQ(written.error().code,
                      number == ENOSPC ? io::ErrorCode::Full : io::ErrorCode::Failed);
            EXPECT_NE(written.error().text.find("box"), std::string::npos);
            EXPECT_EQ(disk.seen().size(), 1U) << "something was left behind by call " << call;
            for (const Found& found : disk.after_power_cut()) EXPECT_TRUE(is_old_or_new(found));

            disk.plan({});
            ASSERT_TRUE(write(disk, new_bytes)) << "with room again, after call " << call;
            for (const Found& found : disk.after_power_cut()) {
                EXPECT_EQ(bytes_at(found), new_bytes);
            }
        }
    }
    test::ran_cases(2 * calls);
}

// A file may be as synced as it likes: its directory's name must be as well.
TEST(OwnFiles, OutliveAPowerCutInADirectoryThatIsNew) {
    ForgetfulDisk disk;
    ASSERT_TRUE(io::ensure_directory("a/b", disk));
    ASSERT_TRUE(io::write_file_atomic("a/b/c", new_bytes, FileMode::Private, disk));
    EXPECT_EQ(disk.after_power_cut(), std::set<Found>{(Found{{"a/b/c", new_bytes}})});
}

// The run before was killed between making the directory and syncing its name.
TEST(OwnFiles, OutliveAPowerCutInADirectoryThatAKilledRunMade) {
    ForgetfulDisk disk;
    ASSERT_EQ(disk.mkdir("a", 0700), 0);
    ASSERT_TRUE(io::ensure_directory("a", disk));
    ASSERT_TRUE(io::write_file_atomic("a/c", new_bytes, FileMode::Private, disk));
    EXPECT_EQ(disk.after_power_cut(), std::set<Found>{(Found{{"a/c", new_bytes}})});
}

TEST(OwnFiles, AreWrittenAgainAfterAWritersDeathAndItsRemainsGo) {
    const std::string folder = io::make_temporary_directory("cloister-left-").get();
    ASSERT_TRUE(io::write_file_atomic(folder + "/blob", old_bytes));
    for (const char* name : {"/blob.0123456789abcdef.tmp", "/notes.tmp", "/blob.0123.tmp"}) {
        ASSERT_TRUE(io::write_file_atomic(folder + name, old_bytes));
    }
    ASSERT_TRUE(io::remove_leftovers(folder));
    EXPECT_EQ(io::list_directory(folder).get(),
              (std::vector<std::string>{"blob", "blob.0123.tmp", "notes.tmp"}));
    EXPECT_TRUE(io::remove_tree(folder));
}

}  // namespace
}  // namespace cloister::crash
