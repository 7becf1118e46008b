// Long reads of a store, done so that no Reader is held longer than kMaxReaderPin. As thread-safe as the store; a
// visitor is called on the calling thread, and must return well within kMaxReaderPin. Errors are those of the store.
#pragma once

#include <functional>
#include <span>

#include "larder/api.h"
#include "larder/store.h"

namespace LARDER_API larder {

// As Reader::Scan over the whole range, with the reader renewed and the scan resumed by key on ordered engines. What is
// written meanwhile may or may not be seen. On engines without an order it is one Scan.
Result<void> ScanStore(Store& store, const Reader::ScanOptions& options, const Reader::ScanVisitor& visit);

// As Reader::GetMany for any number of keys, in chunks. `visit` gets the index into `keys`.
Result<void> GetManyFromStore(Store& store, std::span<const Key> keys, const Reader::GetManyVisitor& visit);

// The same, of those that are there: an error of a key other than a miss becomes the result, once all were asked for.
Result<void> GetFoundFromStore(Store& store, std::span<const Key> keys,
                               const std::function<void(std::size_t index, std::span<const std::byte> record)>& visit);

}  // namespace larder
