// A host that only reads: another process (`larder refresh`, or a host like refreshing_host.cc) keeps the store fresh.
//
//   read_only_host STORE_URL IMAGE        read_only_host lmdb:/var/cache/larder ghcr.io/fluxcd/flux-cli:v2.3.0
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "larder/cache.h"
#include "larder/open_store.h"
#include "larder/sort.h"

namespace {

// The code of an error says what to do next; its message is for people.
int Explain(const larder::Error& error) {
  switch (error.code) {
    case larder::Errc::not_found:
      std::cerr << (error.message.empty() ? larder::kNotCachedHelp : error.message) << '\n';
      return 1;
    case larder::Errc::unavailable:
      std::cerr << "ask again later: " << error.ToString() << '\n';
      return 2;
    default:
      std::cerr << error.ToString() << '\n';
      return 3;
  }
}

// A view owns its few hundred bytes and decodes a field when it is asked for it.
void Show(const larder::ImageRef& ref, const larder::ImageView& image) {
  std::cout << ref.TagOrLatest() << " is " << image.digest().ToString() << '\n'
            << "  created " << larder::FormatTimestamp(image.created()) << " for " << image.platform().ToString()
            << '\n'
            << "  last checked " << larder::FormatTime(image.last_checked()) << '\n';
  if (const auto source = image.label("org.opencontainers.image.source")) std::cout << "  source " << *source << '\n';
}

// Tags by semantic version, and how much of the repository is known: a host must not take a part for the whole.
larder::Result<void> ShowNewest(const larder::Cache& cache, const larder::ImageName& name) {
  LARDER_ASSIGN_OR_RETURN(const auto repository, cache.Repository(name));
  LARDER_ASSIGN_OR_RETURN(auto list, repository.Tags());
  std::ranges::sort(list.tags,
                    [](const std::string& a, const std::string& b) { return larder::CompareSemver(a, b) < 0; });
  if (list.tags.size() > 5) list.tags.resize(5);
  std::cout << larder::CompletenessName(repository.completeness()) << (repository.stale() ? ", stale" : "")
            << "; newest:";
  for (const auto& tag : list.tags) std::cout << ' ' << tag;
  std::cout << '\n';
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: read_only_host STORE_URL IMAGE\n";
    return 3;
  }
  const auto ref = larder::ImageRef::Parse(argv[2]);
  if (!ref.has_value()) return Explain(ref.error());

  // Read-only: takes no lock, makes no files. Any number of processes may do this while one writes.
  larder::OpenStoreOptions options;
  options.read_only = true;
  const auto store = larder::OpenStore(argv[1], options);
  if (!store.has_value()) return Explain(store.error());

  // One Cache serves all threads of a host; it must not outlive the store.
  const larder::Cache cache(**store);
  const auto image = cache.Image(*ref);
  if (!image.has_value()) return Explain(image.error());
  Show(*ref, *image);
  const auto shown = ShowNewest(cache, ref->name());
  return shown.has_value() ? 0 : Explain(shown.error());
}
