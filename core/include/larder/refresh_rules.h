// Every rule of refreshing (docs/refreshing.md). They read no clock, no store and no network: each is a function of
// what we had, what we saw, and now.
#pragma once

#include "larder/backoff.h"        // how long to leave alone what failed
#include "larder/breaker.h"        // hosts that do not answer
#include "larder/listing_rules.h"  // repositories: when listed, complete, stale; removed tags
#include "larder/tag_schedule.h"   // tags: when asked, how, moved or not, kept or not
