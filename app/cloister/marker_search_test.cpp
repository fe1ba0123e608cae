#include "marker_search.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "io/file.hpp"

namespace cloister::app {
namespace {

// Made at run time, so that the program's own file does not hold it.
Bytes needle(std::uint8_t start) {
    Bytes bytes(32);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(start + 7 * i);
    return bytes;
}

TEST(MarkerSearch, FindsANeedleAtEveryPlace) {
    for (std::size_t at = 0; at <= 64; ++at) {
        Bytes hay(at + 32 + 5);
        std::ranges::copy(needle(9), hay.begin() + static_cast<std::ptrdiff_t>(at));
        MarkerSearch search;
        search.add("it", needle(9));
        search.search_bytes(hay, "here");
        ASSERT_EQ(search.sightings().size(), 1U) << at;
    }
}

TEST(MarkerSearch, MissesANeedleThatIsCutOrChanged) {
    MarkerSearch search;
    search.add("it", needle(9));
    Bytes hay = needle(9);
    hay.back() ^= 1;
    search.search_bytes(hay, "changed");
    search.search_bytes(ByteView(needle(9)).first(31), "cut");
    EXPECT_TRUE(search.sightings().empty());
}

TEST(MarkerSearch, ReadsEveryFileBelowADirectory) {
    const auto folder = io::make_temporary_directory("marker-test-").get();
    ASSERT_TRUE(io::ensure_directory(folder + "/a/b").has_value());
    ASSERT_TRUE(
        io::write_file_atomic(folder + "/a/b/c", concat(Bytes(1000), needle(1))).has_value());
    MarkerSearch search;
    search.add("it", needle(1));
    ASSERT_TRUE(search.search_files(folder).has_value());
    ASSERT_EQ(search.sightings().size(), 1U);
    EXPECT_EQ(search.sightings()[0].place, folder + "/a/b/c");
    EXPECT_TRUE(io::remove_tree(folder).has_value());
}

TEST(MarkerSearch, ReadsTheMemoryOfAProcess) {
    const Bytes kept = concat(Bytes(5U << 20), needle(77));  // beyond the first piece that is read
    MarkerSearch search;
    search.add("it", needle(77));
    ASSERT_TRUE(search.search_memory(::getpid(), "this").has_value());
    EXPECT_GE(search.sightings().size(), 2U);  // `kept` and the needle of the search
    EXPECT_FALSE(kept.empty());
}

TEST(MarkerSearch, SaysWhenAProcessCannotBeRead) {
    MarkerSearch search;
    search.add("it", needle(1));
    EXPECT_FALSE(search.search_memory(0x7fffffff, "nobody").has_value());
}

}  // namespace
}  // namespace cloister::app
