// Every named type of calls, events, storage, constants and runtime APIs. A test holds ours against
// the C++ structs; the paths of Substrate's own are those that clients special-case.
#include "runtime/metadata/metadata.hpp"

namespace cloister::runtime::metadata {

namespace {

// The era's first byte is part of its variant's name: Immortal and Mortal1 to Mortal255.
std::string era_body() {
    std::string body = "enum Immortal=0";
    for (int i = 1; i < 256; ++i) {
        body += "; Mortal" + std::to_string(i) + "=" + std::to_string(i) + "(u8)";
    }
    return body;
}

std::string pallet_body(const PalletEntry& pallet, std::string_view part) {
    std::string body = "enum";
    const auto add = [&](std::string_view name, std::size_t index, std::string_view fields) {
        if (body.size() > 4) body += ";";
        body += " " + std::string(name) + "=" + std::to_string(index);
        if (!fields.empty()) body += "{" + std::string(fields) + "}";
    };
    if (part == "Call") {
        for (const CallEntry& call : pallet.calls) add(call.name, call.index.call, call.fields);
    } else if (part == "Event") {
        for (const EventEntry& event : pallet.events) add(event.name, event.variant, event.fields);
    } else {
        for (std::size_t i = 0; i < pallet.errors.size(); ++i) add(pallet.errors[i], i, "");
    }
    return body;
}

bool has(const PalletEntry& pallet, std::string_view part) {
    if (part == "Call") return !pallet.calls.empty();
    if (part == "Event") return !pallet.events.empty();
    return !pallet.errors.empty();
}

constexpr std::array fixed_types{
    NamedType{"H256", "primitive_types::H256", "struct ([u8; 32])", ""},
    NamedType{"AccountId", "sp_core::crypto::AccountId32", "struct ([u8; 32])", ""},
    NamedType{"MultiAddress", "sp_runtime::multiaddress::MultiAddress",
              "enum Id=0(AccountId); Index=1(Compact<()>); Raw=2(Bytes); Address32=3([u8; 32]); "
              "Address20=4([u8; 20])",
              "AccountId: AccountId, AccountIndex: ()"},
    NamedType{"MultiSignature", "sp_runtime::MultiSignature",
              "enum Ed25519=0([u8; 64]); Sr25519=1([u8; 64]); Ecdsa=2([u8; 65])", ""},
    NamedType{"Weight", "sp_weights::weight_v2::Weight",
              "struct ref_time: Compact<u64>, proof_size: Compact<u64>", ""},
    NamedType{"DispatchClass", "frame_support::dispatch::DispatchClass",
              "enum Normal=0; Operational=1; Mandatory=2", ""},
    NamedType{"Pays", "frame_support::dispatch::Pays", "enum Yes=0; No=1", ""},
    NamedType{"DispatchEventInfo", "frame_system::DispatchEventInfo",
              "struct weight: Weight, class: DispatchClass, pays_fee: Pays", ""},
    NamedType{"ModuleError", "sp_runtime::ModuleError", "struct index: u8, error: [u8; 4]", ""},
    NamedType{"DispatchError", "sp_runtime::DispatchError",
              "enum Other=0; CannotLookup=1; BadOrigin=2; Module=3(ModuleError)", ""},
    NamedType{"Phase", "frame_system::Phase",
              "enum ApplyExtrinsic=0(u32); Finalization=1; Initialization=2", ""},
    NamedType{"EventRecord", "frame_system::EventRecord",
              "struct phase: Phase, event: RuntimeEvent, topics: Vec<H256>",
              "E: RuntimeEvent, T: H256"},
    NamedType{
        "DigestItem", "sp_runtime::generic::digest::DigestItem",
        "enum PreRuntime=6([u8; 4], Bytes); Consensus=4([u8; 4], Bytes); Seal=5([u8; 4], Bytes); "
        "Other=0(Bytes); RuntimeEnvironmentUpdated=8",
        ""},
    NamedType{"Digest", "sp_runtime::generic::digest::Digest", "struct logs: Vec<DigestItem>", ""},
    NamedType{"ExtraFlags", "pallet_balances::types::ExtraFlags", "struct (u128)", ""},
    NamedType{"AccountData", "pallet_balances::types::AccountData",
              "struct free: u128, reserved: u128, frozen: u128, flags: ExtraFlags", ""},
    NamedType{
        "AccountInfo", "frame_system::AccountInfo",
        "struct nonce: u32, consumers: u32, providers: u32, sufficients: u32, data: AccountData",
        ""},
    NamedType{"RuntimeVersion", "sp_version::RuntimeVersion",
              "struct spec_name: Text, impl_name: Text, authoring_version: u32, spec_version: u32, "
              "impl_version: u32, apis: Vec<([u8; 8], u32)>, transaction_version: u32, "
              "system_version: u8",
              ""},
    NamedType{"WeightsPerClass", "frame_system::limits::WeightsPerClass",
              "struct base_extrinsic: Weight, max_extrinsic: Option<Weight>, "
              "max_total: Option<Weight>, reserved: Option<Weight>",
              ""},
    NamedType{"PerDispatchClass", "frame_support::dispatch::PerDispatchClass",
              "struct normal: WeightsPerClass, operational: WeightsPerClass, "
              "mandatory: WeightsPerClass",
              "T: WeightsPerClass"},
    NamedType{"BlockWeights", "frame_system::limits::BlockWeights",
              "struct base_block: Weight, max_block: Weight, per_class: PerDispatchClass", ""},
    NamedType{"MetadataMode", "frame_metadata_hash_extension::Mode", "enum Disabled=0; Enabled=1",
              ""},
    NamedType{"RuntimeDispatchInfo", "pallet_transaction_payment::types::RuntimeDispatchInfo",
              "struct weight: Weight, class: DispatchClass, partial_fee: u128", ""},
    NamedType{"TransactionSource", "sp_runtime::transaction_validity::TransactionSource",
              "enum InBlock=0; Local=1; External=2", ""},
    NamedType{"ValidTransaction", "sp_runtime::transaction_validity::ValidTransaction",
              "struct priority: u64, requires: Vec<Bytes>, provides: Vec<Bytes>, longevity: u64, "
              "propagate: bool",
              ""},
    NamedType{
        "InvalidTransaction", "sp_runtime::transaction_validity::InvalidTransaction",
        "enum Call=0; Payment=1; Future=2; Stale=3; BadProof=4; AncientBirthBlock=5; "
        "ExhaustsResources=6; Custom=7(u8); BadMandatory=8; MandatoryValidation=9; BadSigner=10",
        ""},
    NamedType{"UnknownTransaction", "sp_runtime::transaction_validity::UnknownTransaction",
              "enum CannotLookup=0; NoUnsignedValidator=1; Custom=2(u8)", ""},
    NamedType{"TransactionValidityError",
              "sp_runtime::transaction_validity::TransactionValidityError",
              "enum Invalid=0(InvalidTransaction); Unknown=1(UnknownTransaction)", ""},
    NamedType{"UncheckedExtrinsic", "sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic",
              "struct (Bytes)",
              "Address: MultiAddress, Call: RuntimeCall, Signature: MultiSignature, Extra: Extra"},
    NamedType{"Extra", "cloister_runtime::Extra",
              "struct ((), (), (), (), Era, Compact<u32>, (), Compact<u128>, MetadataMode)", ""},
    // Ours.
    NamedType{"Collateral", "cloister::attest::Collateral",
              "struct pck_crl_issuer_chain: Bytes, pck_crl: Bytes, root_ca_crl: Bytes, "
              "tcb_info_issuer_chain: Bytes, tcb_info: Bytes, tcb_info_signature: Bytes, "
              "qe_identity_issuer_chain: Bytes, qe_identity: Bytes, qe_identity_signature: Bytes",
              ""},
    NamedType{"Technology", "cloister::attest::Technology", "enum IntelSgx=0", ""},
    NamedType{"TcbStatus", "cloister::attest::TcbStatus",
              "enum UpToDate=0; SWHardeningNeeded=1; ConfigurationNeeded=2; "
              "ConfigurationAndSWHardeningNeeded=3; OutOfDate=4; OutOfDateConfigurationNeeded=5; "
              "Revoked=6",
              ""},
    NamedType{
        "Policy", "cloister::attest::Policy",
        "struct technologies: Vec<Technology>, measurements: Vec<H256>, any_measurement: bool, "
        "svn_min: u16, tcb_evaluation_number_min: u32, statuses: Vec<TcbStatus>, "
        "advisories_accepted: Vec<Text>, any_advisory: bool, debug_accepted: bool, "
        "platforms_denied: Vec<[u8; 16]>",
        ""},
    NamedType{"MeasurementApproval", "cloister::MeasurementApproval",
              "struct name: Text, approved_at: u32, keys_from: u32", ""},
    NamedType{"Role", "cloister::Role", "enum Worker=0; Gatekeeper=1", ""},
    NamedType{"Registration", "cloister::Registration",
              "struct version: u8, genesis: H256, worker: H256, encryption_key: [u8; 32], "
              "operator: AccountId, block: u32, block_hash: H256, role: Role, cluster: H256",
              ""},
    NamedType{
        "WorkerInfo", "cloister::WorkerInfo",
        "struct worker: H256, encryption_key: [u8; 32], operator: AccountId, role: Role, "
        "cluster: H256, measurement: H256, ppid: [u8; 16], simulated: bool, registered_at: u32",
        ""},
    NamedType{"ShareHolder", "cloister::ShareHolder",
              "struct index: u16, gatekeeper: H256, share_public: [u8; 32]", ""},
    NamedType{"EpochKey", "cloister::EpochKey",
              "struct epoch: u32, threshold: u16, network_public: [u8; 32], "
              "holders: Vec<ShareHolder>",
              ""},
    NamedType{"ClusterKey", "cloister::ClusterKey", "struct epoch: u32, vrf_public: [u8; 32]", ""},
    NamedType{"ContractKey", "cloister::ContractKey", "struct epoch: u32, public_key: [u8; 32]",
              ""},
    NamedType{"PublishEpochKey", "cloister::PublishEpochKey",
              "struct key: EpochKey, gatekeeper: H256, signature: [u8; 64]", ""},
    NamedType{"PublishClusterKey", "cloister::PublishClusterKey",
              "struct cluster: H256, key: ClusterKey, worker: H256, signature: [u8; 64]", ""},
    NamedType{"PublishContractKey", "cloister::PublishContractKey",
              "struct contract: H256, key: ContractKey, worker: H256, signature: [u8; 64]", ""},
    NamedType{"ResourceKind", "cloister::ResourceKind", "enum InkCode=0", ""},
    NamedType{"ClusterInfo", "cloister::ClusterInfo", "struct owner: AccountId", ""},
    NamedType{"ContractState", "cloister::ContractState", "enum Reserved=0; Instantiated=1", ""},
    NamedType{"ContractInfo", "cloister::ContractInfo",
              "struct deployer: AccountId, cluster: H256, code_hash: H256, salt: Bytes, "
              "state: ContractState",
              ""},
    NamedType{"RequestKind", "cloister::RequestKind", "enum Call=0; Instantiate=1; ActionFailed=2",
              ""},
    NamedType{"ReplicationPolicy", "cloister::ReplicationPolicy",
              "struct quorum: u8, workers: u8, vendors: u8", ""},
    NamedType{"RequestRecord", "cloister::RequestRecord",
              "struct task: u64, kind: RequestKind, cluster: H256, contract: H256, epoch: u32, "
              "origin: AccountId, request_id: [u8; 16], reply_key: [u8; 32], "
              "policy: ReplicationPolicy, blob_root: Option<H256>, gas_limit: u64, escrow: u128, "
              "submitted_at: u32, deadline: u32, sealed_input_hash: H256, sealed_input_bytes: u32",
              ""},
    NamedType{"PendingDraw", "cloister::PendingDraw", "struct request_block: u32, tasks: Vec<u64>",
              ""},
    NamedType{"Assignment", "cloister::Assignment",
              "struct task: u64, sequence: u64, worker: H256, assigned_at: u32", ""},
    NamedType{"DleqProof", "cloister::DleqProof", "struct challenge: [u8; 32], response: [u8; 32]",
              ""},
    NamedType{"PartialEvaluation", "cloister::PartialEvaluation",
              "struct value: [u8; 32], proof: DleqProof", ""},
    NamedType{"TaskOutcome", "cloister::TaskOutcome",
              "enum Ok=0; Reverted=1; Trapped=2; OutOfGas=3; OutOfMemory=4; StateTooLarge=5; "
              "InputDoesNotOpen=6; InputMalformed=7; NoSuchContract=8; BadCode=9",
              ""},
    NamedType{"Receipt", "cloister::Receipt",
              "struct version: u8, genesis: H256, task: u64, request_hash: H256, cluster: H256, "
              "sequence: u64, contract: H256, code_hash: H256, epoch: u32, engine_version: u32, "
              "assigning_block: H256, outcome: TaskOutcome, sealed_input_hash: H256, "
              "sealed_output_hash: H256, root_before: H256, root_after: H256, actions_hash: H256, "
              "gas_class: u8, worker: H256",
              ""},
    NamedType{"MerklePath", "cloister::MerklePath",
              "struct index: u32, leaves: u32, siblings: Vec<H256>", ""},
    NamedType{
        "BatchStatement", "cloister::BatchStatement",
        "struct genesis: H256, worker: H256, block: u32, block_hash: H256, receipts_root: H256",
        ""},
    NamedType{"Batch", "cloister::Batch", "struct statement: BatchStatement, quote: Bytes", ""},
    NamedType{
        "SubmittedReceipt", "cloister::SubmittedReceipt",
        "struct receipt: Receipt, signature: [u8; 64], receipts_root: H256, path: MerklePath, "
        "sealed_output: Bytes, actions: Vec<Bytes>",
        ""},
    NamedType{
        "TaskResult", "cloister::TaskResult",
        "struct receipt: Receipt, signature: [u8; 64], receipts_root: H256, path: MerklePath, "
        "finalised_at: u32, actions_applied: bool",
        ""},
    NamedType{"AcceptedState", "cloister::AcceptedState",
              "struct sequence: u64, blinded_root: H256", ""},
};

// Types that follow from the pallets' declarations; the strings live as long as the program.
struct Derived {
    std::vector<std::string> texts;
    std::vector<NamedType> types;
};

std::string crate_of(std::string_view pallet_name) {
    std::string crate = "pallet";
    for (const char c : pallet_name) {
        if (c >= 'A' && c <= 'Z') crate += '_';
        crate += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return crate == "pallet_system" ? "frame_system" : crate;
}

Derived derive() {
    Derived all;
    all.texts.reserve(16 * pallets().size() + 16);  // views into it must stay
    all.types.assign(fixed_types.begin(), fixed_types.end());
    const auto keep = [&](std::string text) -> std::string_view {
        return all.texts.emplace_back(std::move(text));
    };
    for (const std::string part : {"Call", "Event", "Error"}) {
        std::string outer = "enum";
        for (const PalletEntry& pallet : pallets()) {
            if (!has(pallet, part)) continue;
            const std::string name(pallet.name);
            if (outer.size() > 4) outer += ";";
            outer += " " + name + "=" + std::to_string(static_cast<unsigned>(pallet.index)) + "(" +
                     name + part + ")";
            all.types.push_back({keep(name + part), keep(crate_of(name) + "::pallet::" + part),
                                 keep(pallet_body(pallet, part)), ""});
        }
        all.types.push_back(
            {keep("Runtime" + part), keep("cloister_runtime::Runtime" + part), keep(outer), ""});
    }
    all.types.push_back({"Era", "sp_runtime::generic::era::Era", keep(era_body()), ""});
    return all;
}

}  // namespace

std::span<const NamedType> named_types() {
    static const Derived all = derive();
    return all.types;
}

}  // namespace cloister::runtime::metadata
