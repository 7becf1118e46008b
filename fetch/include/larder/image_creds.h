// The images in use with the credentials that each brings, as a cluster's pull secrets give them; and which images are
// left out altogether.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "larder/api.h"
#include "larder/credentials.h"
#include "larder/image_ref.h"

namespace LARDER_API larder {

using ImageCreds = std::map<ImageName, Credentials>;

// `own` over `defaults`: where `own` has a credential for `name`, that one is used, and not one of `defaults` under a
// longer path. (The most specific key is the rule within one source, as podman has it within one file; between sources
// the first that has any counts.)
Credentials WithDefaults(const ImageName& name, const Credentials& own, const Credentials& defaults);

// Each image with `defaults` beneath what it brings itself.
ImageCreds ImageCredsWithDefaults(ImageCreds images, const Credentials& defaults);

// By globs ('*' matches '/' too) over canonical names ("index.docker.io/library/alpine") and names as written
// ("alpine"). What any exclude matches is out; without includes everything else is in, with them what any of them
// matches.
struct ImageFilter {
  std::vector<std::string> include;
  std::vector<std::string> exclude = {"k8s.gcr.io/*"};  // Flux's default: its images' names are pinned by the cluster

  bool Includes(const ImageName& name) const;
};

ImageCreds Filtered(ImageCreds images, const ImageFilter& filter);

}  // namespace larder
