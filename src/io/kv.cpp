#include "io/kv.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>

#include "io/file.hpp"

namespace cloister::io {
namespace {

rocksdb::Slice slice_of(ByteView view) {
    if (view.empty()) return {};  // a view of nothing points nowhere, which a slice must not
    return {reinterpret_cast<const char*>(view.data()), view.size()};
}

Bytes bytes_of(const rocksdb::Slice& slice) {
    return to_bytes(view_of(std::string_view(slice.data(), slice.size())));
}

Error error_of(const char* what, const rocksdb::Status& status) {
    ErrorCode code = ErrorCode::Failed;
    if (status.IsCorruption()) code = ErrorCode::Corrupt;
    if (status.IsNoSpace()) code = ErrorCode::Full;
    const std::string words = status.ToString();
    if (status.IsIOError() && words.find("lock") != std::string::npos) code = ErrorCode::Busy;
    return {.code = code, .text = std::string(what) + ": " + words};
}

// A node's whole resident set counts: small memtables, an 8 MiB cache that holds indexes and
// filters too, one background thread per kind, no compression (values are hashes and ciphertext),
// no statistics thread. The cache grows with the database: a quarter of it, up to a limit.
constexpr std::size_t cache_bytes_min = 8U << 20;
constexpr std::size_t cache_bytes_max = 256U << 20;
constexpr std::size_t cache_share = 4;
constexpr std::size_t written_between_looks = 4U << 20;

// A block at a million accounts is 8 MiB: memtables that are smaller make it wait for their flush.
constexpr std::size_t memtable_bytes_min = 4U << 20;
constexpr std::size_t memtable_bytes_max = 32U << 20;
constexpr std::size_t memtable_share = 16;

// What lies in the directory of a closed database; 0 where nothing can be read.
std::uint64_t stored_bytes(const std::string& path) {
    std::uint64_t total = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
        const std::uint64_t size = entry.file_size(error);
        if (!error) total += size;
    }
    return total;
}

rocksdb::Options options_for(const std::shared_ptr<rocksdb::Cache>& cache, std::uint64_t stored,
                             const DiskOptions& disk) {
    const std::size_t memtable =
        disk.memtable_bytes != 0 ? disk.memtable_bytes
                                 : std::clamp<std::size_t>(stored / memtable_share,
                                                           memtable_bytes_min, memtable_bytes_max);

    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.cache_index_and_filter_blocks = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;

    rocksdb::Options options;
    if (disk.env != nullptr) options.env = disk.env;
    options.create_if_missing = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.compression = rocksdb::kNoCompression;
    options.bottommost_compression = rocksdb::kNoCompression;
    options.write_buffer_size = memtable;
    options.max_write_buffer_number = 2;
    options.arena_block_size = std::min<std::size_t>(256U << 10, memtable / 8);
    options.max_total_wal_size = 8 * memtable;
    options.target_file_size_base = 16U << 20;
    options.max_bytes_for_level_base = 64U << 20;
    options.max_open_files = 128;
    options.max_file_opening_threads = 1;
    options.max_background_jobs = 2;
    options.max_subcompactions = 1;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    options.skip_stats_update_on_db_open = true;
    options.info_log_level = rocksdb::WARN_LEVEL;
    options.keep_log_file_num = 2;
    options.max_log_file_size = 1U << 20;
    return options;
}

}  // namespace

struct KeyValue::Database {
    std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(cache_bytes_min, 0);
    std::unique_ptr<rocksdb::DB> handle;
    std::size_t written = 0;  // bytes since the cache was last fitted

    void fit_cache() {
        written = 0;
        std::uint64_t size = 0;
        if (!handle->GetIntProperty(rocksdb::DB::Properties::kLiveSstFilesSize, &size)) return;
        cache->SetCapacity(
            std::clamp<std::size_t>(size / cache_share, cache_bytes_min, cache_bytes_max));
    }
};

KeyValue::KeyValue(std::unique_ptr<Database> database) : database_(std::move(database)) {}
KeyValue::~KeyValue() = default;
KeyValue::KeyValue(KeyValue&&) noexcept = default;
KeyValue& KeyValue::operator=(KeyValue&&) noexcept = default;

Result<KeyValue, Error> KeyValue::open(const std::string& path, const DiskOptions& disk) {
    CLOISTER_CHECK(ensure_directory(path));
    rocksdb::DB* handle = nullptr;
    auto database = std::make_unique<Database>();
    const rocksdb::Status status =
        rocksdb::DB::Open(options_for(database->cache, stored_bytes(path), disk), path, &handle);
    if (!status.ok()) return err(error_of("open the database", status));
    database->handle.reset(handle);
    database->fit_cache();
    return KeyValue(std::move(database));
}

Result<std::optional<Bytes>, Error> KeyValue::get(ByteView key) const {
    rocksdb::PinnableSlice value;
    rocksdb::DB& db = *database_->handle;
    const rocksdb::Status status =
        db.Get(rocksdb::ReadOptions(), db.DefaultColumnFamily(), slice_of(key), &value);
    if (status.IsNotFound()) return std::optional<Bytes>();
    if (!status.ok()) return err(error_of("read from the database", status));
    return std::optional<Bytes>(bytes_of(value));
}

Result<void, Error> KeyValue::write(const Batch& batch, Durability durability) {
    rocksdb::WriteBatch changes;
    for (const Batch::Change& change : batch.changes()) {
        const rocksdb::Status added =
            change.value ? changes.Put(slice_of(change.key), slice_of(*change.value))
                         : changes.Delete(slice_of(change.key));
        if (!added.ok()) return err(error_of("collect a batch", added));
    }
    rocksdb::WriteOptions options;
    options.sync = durability == Durability::Synced;
    const rocksdb::Status status = database_->handle->Write(options, &changes);
    if (!status.ok()) return err(error_of("write to the database", status));
    database_->written += changes.GetDataSize();
    if (database_->written >= written_between_looks) database_->fit_cache();
    return {};
}

Result<std::vector<KeyAndValue>, Error> KeyValue::scan(ByteView prefix, ByteView from,
                                                       std::size_t limit) const {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> at(database_->handle->NewIterator(options));
    const rocksdb::Slice first = slice_of(prefix);
    const rocksdb::Slice start = slice_of(from);
    std::vector<KeyAndValue> out;
    at->Seek(first.compare(start) < 0 ? start : first);
    while (out.size() < limit && at->Valid() && at->key().starts_with(first)) {
        out.push_back({bytes_of(at->key()), bytes_of(at->value())});
        at->Next();
    }
    if (!at->status().ok()) return err(error_of("scan the database", at->status()));
    return out;
}

}  // namespace cloister::io
