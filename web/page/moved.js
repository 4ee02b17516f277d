// The same place of the one page, without a history entry that would lead back here.
location.replace(new URL("./" + location.search + location.hash, location.href));
