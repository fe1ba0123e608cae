#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "protocol/task.hpp"

namespace cloister::protocol {
namespace {

// The eight leaves that every implementation of RFC 6962 is tested with, and the root of the first
// n of them.
constexpr std::array<std::string_view, 8> known_leaves = {"",
                                                          "00",
                                                          "10",
                                                          "2021",
                                                          "3031",
                                                          "40414243",
                                                          "5051525354555657",
                                                          "606162636465666768696a6b6c6d6e6f"};
constexpr std::array<std::string_view, 8> known_roots = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Bytes> leaves_of(std::size_t count) {
    std::vector<Bytes> leaves;
    for (std::size_t i = 0; i < count; ++i)
        leaves.push_back(Bytes(i % 5, static_cast<std::uint8_t>(i)));
    for (std::size_t i = 0; i < count; ++i) leaves[i].push_back(static_cast<std::uint8_t>(i));
    return leaves;
}

struct Case {
    std::vector<Bytes> leaves;
    Hash256 root;
    MerklePath path;
    bool holds() const { return verify_merkle_path(root, leaves[path.index], path); }
};

Case case_of(std::size_t count, std::uint32_t index) {
    auto leaves = leaves_of(count);
    const Hash256 root = merkle_root(leaves);
    auto path = merkle_path(leaves, index);
    return {std::move(leaves), root, std::move(path)};
}

// Calls `check` with every size from 1 to 70 and every index in it.
void for_all(auto&& check) {
    for (std::size_t count = 1; count <= 70; ++count) {
        for (std::uint32_t index = 0; index < count; ++index) check(case_of(count, index));
    }
}

TEST(Merkle, RootsAreThoseOfRfc6962) {
    std::vector<Bytes> leaves;
    for (std::size_t i = 0; i < known_leaves.size(); ++i) {
        leaves.push_back(*base::from_hex(known_leaves[i]));
        EXPECT_EQ(base::to_hex(merkle_root(leaves).view()), known_roots[i]) << i + 1 << " leaves";
    }
}

TEST(Merkle, EveryPathOfEverySizeHolds) {
    for_all([](const Case& c) { ASSERT_TRUE(c.holds()) << c.path.leaves << " " << c.path.index; });
}

TEST(Merkle, APathProvesNoOtherLeaf) {
    for_all([](const Case& c) {
        Bytes other = c.leaves[c.path.index];
        other.back() ^= 0x80;
        ASSERT_FALSE(verify_merkle_path(c.root, other, c.path));
    });
}

TEST(Merkle, APathProvesNoOtherIndex) {
    for (std::size_t count = 1; count <= 20; ++count) {
        for (std::uint32_t index = 0; index < count; ++index) {
            Case c = case_of(count, index);
            for (std::uint32_t claimed = 0; claimed <= 2 * count; ++claimed) {
                c.path.index = claimed;
                ASSERT_EQ(verify_merkle_path(c.root, c.leaves[index], c.path), claimed == index);
            }
        }
    }
}

TEST(Merkle, AnIndexBeyondTheLeavesIsRefused) {
    for_all([](Case c) {
        c.path.index = c.path.leaves;
        ASSERT_FALSE(verify_merkle_path(c.root, c.leaves[0], c.path));
    });
}

TEST(Merkle, NoLeavesAreRefused) {
    Case c = case_of(1, 0);
    c.path.leaves = 0;
    EXPECT_FALSE(c.holds());
}

TEST(Merkle, AFlippedSiblingIsRefused) {
    for_all([](Case c) {
        for (Hash256& sibling : c.path.siblings) {
            sibling.data()[c.path.index % 32] ^= 1;
            ASSERT_FALSE(c.holds());
            sibling.data()[c.path.index % 32] ^= 1;
        }
    });
}

TEST(Merkle, AMissingOrAdditionalSiblingIsRefused) {
    for_all([](Case c) {
        c.path.siblings.push_back(c.root);
        ASSERT_FALSE(c.holds());
        c.path.siblings.pop_back();
        if (c.path.siblings.empty()) return;
        c.path.siblings.pop_back();
        ASSERT_FALSE(c.holds());
    });
}

TEST(Merkle, SwappedSiblingsAreRefused) {
    for_all([](Case c) {
        for (std::size_t i = 1; i < c.path.siblings.size(); ++i) {
            std::swap(c.path.siblings[i - 1], c.path.siblings[i]);
            ASSERT_FALSE(c.holds());
            std::swap(c.path.siblings[i - 1], c.path.siblings[i]);
        }
    });
}

TEST(Merkle, AnotherRootIsRefused) {
    for_all([](Case c) {
        c.root.data()[0] ^= 1;
        ASSERT_FALSE(c.holds());
    });
}

// RFC 6962 leaves the size of the tree to whoever signs the root: nobody may read meaning into it
// here.
TEST(Merkle, TheRootBindsNeitherIndexNorNumberOfLeaves) {
    Case c = case_of(3, 2);
    c.path.index = 1;
    c.path.leaves = 2;
    EXPECT_TRUE(verify_merkle_path(c.root, c.leaves[2], c.path));
}

TEST(Merkle, AnInnerNodeIsNoLeaf) {
    const Case c = case_of(2, 0);
    const Hash256 other = crypto::sha256(concat(Bytes{0}, c.leaves[0]));
    const Bytes node = concat(other.view(), c.path.siblings[0].view());
    EXPECT_FALSE(verify_merkle_path(c.root, node, {.index = 0, .leaves = 1, .siblings = {}}));
}

}  // namespace
}  // namespace cloister::protocol
