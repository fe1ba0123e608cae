#include "protocol/registry.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "protocol/fill_test.hpp"
#include "protocol/gatekeeper.hpp"

namespace cloister::protocol {
namespace {

TEST(ContractId, IsTheHashOfDeployerCodeClusterAndSalt) {
    const AccountId deployer(Bytes(32, 1));
    const CodeHash code(Bytes(32, 2));
    const ClusterId cluster(Bytes(32, 3));
    const Bytes salt = {4, 5};
    const Bytes preimage = concat(deployer.view(), code.view(), cluster.view(), salt);
    EXPECT_TRUE(equal(contract_id_of(deployer, code, cluster, salt).view(),
                      crypto::blake2b_256(preimage).view()));
    EXPECT_NE(contract_id_of(deployer, code, cluster, {}),
              contract_id_of(deployer, code, cluster, salt));
}

TEST(ClusterId, IsABigEndianNumber) {
    EXPECT_EQ(base::to_hex(cluster_id(0x0102030405060708).view()),
              "0000000000000000000000000000000000000000000000000102030405060708");
}

TEST(ContractAccount, HasTheContractsBytes) {
    const ContractId contract(Bytes(32, 7));
    EXPECT_TRUE(equal(account_of(contract).view(), contract.view()));
}

TEST(Seeds, MessagesDifferByGenesisEpochSubjectAndPurpose) {
    const BlockHash genesis(Bytes(32, 1));
    const SeedSubject subject{SeedPurpose::Cluster, Hash256(Bytes(32, 2))};
    const Bytes message = seed_message(genesis, KeyEpoch(0), subject);
    EXPECT_NE(seed_message(BlockHash(), KeyEpoch(0), subject), message);
    EXPECT_NE(seed_message(genesis, KeyEpoch(1), subject), message);
    EXPECT_NE(seed_message(genesis, KeyEpoch(0), {SeedPurpose::Contract, subject.id}), message);
    EXPECT_NE(seed_message(genesis, KeyEpoch(0), {SeedPurpose::Cluster, Hash256()}), message);
}

TEST(Names, OfGatekeeperErrorsAreAllDifferent) {
    std::map<std::string_view, int> names;
    for (int i = 0; i <= static_cast<int>(scale_last(GatekeeperError{})); ++i) {
        EXPECT_EQ(++names[name_of(static_cast<GatekeeperError>(i))], 1);
    }
}

}  // namespace
}  // namespace cloister::protocol
