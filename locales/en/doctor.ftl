## CLI: doctor lines and remedies (ok / warn / FAIL are not translated)

doctor-summary =
    { $checks ->
        [one] { $checks } check
       *[other] { $checks } checks
    }, { $warnings ->
        [0] no warnings
        [one] { $warnings } warning
       *[other] { $warnings } warnings
    }, { $failures ->
        [0] no failures
        [one] { $failures } failure
       *[other] { $failures } failures
    }
doctor-config-ok = config read from { $path }
doctor-config-defaults = the defaults and the environment
doctor-config-wrong = { $reason }
doctor-config-wrong-fix = correct the configuration and run doctor again
doctor-network-wrong = { $reason }
doctor-network-wrong-fix = check the certificates of this machine
doctor-secrets-new = the key file { $file } is created at the first start
doctor-secrets-ok = the key file can be used
doctor-secrets-open = { $file } can be read by other users
doctor-secrets-open-fix = run: chmod 600 { $file }
doctor-secrets-wrong = { $reason }
doctor-secrets-wrong-fix = restore the key file: without it, stored tokens cannot be decrypted
doctor-vault-lost = the data was encrypted with key { $keys }, which is missing: the server does not start
doctor-vault-ok = everything is encrypted with the key { $key }
doctor-vault-old =
    { $count ->
        [one] one value is
       *[other] { $count } values are
    } still encrypted with an earlier key: { $tables }
doctor-vault-old-fix = run: parom secrets rotate; it continues an unfinished rotation
doctor-vault-several = { $count } keys are configured, and everything is encrypted with the first
doctor-vault-wrong = could not check which key encrypts what: { $reason }
doctor-private-ok = no secret for mail or the database leaves this machine unencrypted
doctor-private-clear = { $key } sends secrets over the network without verified TLS
doctor-private-clear-fix = set { $key } to something like { $remedy }
doctor-operators-ok = /metrics and /readyz are at { $address }, not on the public port
doctor-operators-here = /metrics and /readyz answer at { $address }, and only requests of this machine
doctor-operators-public = the server listens on { $address }, which other machines reach, but server.ops_listen is not set: /metrics and /readyz answer 404 there
doctor-operators-public-fix = set server.ops_listen to an address that only your monitoring and your proxy reach, for example 127.0.0.1:9090
doctor-public_url-ok = { $url }
doctor-public_url-not-https = { $url } is not https
doctor-public_url-not-https-fix = put a proxy with a certificate in front and set server.public_url
doctor-proxies-ok = { $count ->
        [0] no proxy in front
       *[other] X-Forwarded-For is trusted from { $count } networks
    }
doctor-proxies-none = public_url is https, but server.trusted_proxies is empty: all visitors seem to come from one address
doctor-proxies-none-fix = name the proxy in server.trusted_proxies; otherwise all sign-in attempts count as one visitor’s and the audit log shows the proxy’s address
doctor-public_url-unreachable = { $url } is not reachable from outside: { $reason }
doctor-public_url-unreachable-fix = check DNS, the certificate and the proxy; amoCRM and messengers call this address
doctor-outside-stopped = { $url } does not answer: no server is running
doctor-outside-stopped-fix = start it: systemctl start parom@1, or parom serve
doctor-outside-ok = { $url } leads to this service
doctor-outside-other = { $url } answers, but not with this service’s key: it leads to another service, or its processes use another key
doctor-outside-other-fix = compare server.public_url with the proxy’s address of this service, and the keys of all processes
doctor-outside-clock = the clock differs from the public address’s by { $seconds } s
doctor-certificate-days =
    { $days ->
        [one] the certificate is valid for { $days } more day
       *[other] the certificate is valid for { $days } more days
    }
doctor-certificate-fix = check the proxy’s log to see why it was not renewed; without a certificate, amoCRM and messengers reach nothing
doctor-backup-none = no backup by parom backup create is recorded
doctor-backup-age =
    { $hours ->
        [one] the last backup is { $hours } hour old
       *[other] the last backup is { $hours } hours old
    }
doctor-backup-none-fix = make one every night: systemctl enable --now parom-backup.timer, or parom backup create
doctor-backup-fix = see why: systemctl status parom-backup.service
doctor-disk-low = only { $free } MB are free at { $place }: when the disk is full, nothing more is stored
doctor-disk-far = at last week’s rate, the disk lasts for more than a year
doctor-disk-days =
    { $days ->
        [one] at last week’s rate, the disk is full in { $days } day
       *[other] at last week’s rate, the disk is full in { $days } days
    }
doctor-disk-fix = make the disk larger, move files to a bucket (media.url), or keep them for fewer days (media.keep_days)
doctor-webhook-ok = no event for the webhook { $name } has failed
doctor-webhook-refused = the webhook { $name } does not accept its events: { $waiting } are tried again, { $failed } have failed
doctor-webhook-fix = fix its receiver; /admin/webhooks shows each attempt and sends failed events again
doctor-media-ok = files are kept in { $place }
doctor-media-wrong = files cannot be kept in { $place }: { $reason }
doctor-media-wrong-fix = make the folder of media.dir writable for Parom, or check media.url, media.s3 and the bucket’s rights
doctor-window-ok = no channel with a time window serves a messenger without one
doctor-window-mixed = channel { $channel } ({ $title }) has a time window but also serves { $kinds }, which have none
doctor-window-mixed-fix = give these connectors their own channel, or ask amoCRM’s support to remove the window; then update connectors and time_window_seconds
doctor-integration-none = no integration is configured: no account can install
doctor-integration-none-fix = add an [[integration]] with its keys to the configuration
doctor-integration-ok = { $integration }: redirect address { $redirect }, revoke webhook { $revoke }
doctor-installed-ok = { $integration } is installed in { $host } (account { $account })
doctor-installed-none = no account has installed { $integration }
doctor-installed-none-fix = open { $address } as an administrator of your own account. If amoCRM then shows an error or leads to a page that does not exist, its redirect address is not exactly { $redirect } (docs/marketplace.md, step { $step })
doctor-installed-failed = { $integration } was not installed in { $host }: { $reason }
doctor-installed-failed-fix = in amoCRM, the redirect address must be exactly { $redirect }, and the keys those of client_id and client_secret; then open { $address } again (docs/marketplace.md, step { $step })
doctor-installed-external = { $integration } is an external integration, as far as amoCRM shows: it may have neither an archive nor sources, so no messenger can be connected
doctor-installed-external-fix = create a private integration, or a public one in a technical account, and enter its keys here (docs/marketplace.md, step { $step })
doctor-installed-user = the access to { $host } was given by a user who is not an administrator: amoCRM refuses its sources
doctor-installed-user-fix = an administrator of the account must open { $address } (docs/marketplace.md, step { $step })
doctor-archive-ok = { $host } has version { $version } of the archive { $code }, with lead_sources
doctor-archive-code = the widget’s code of { $integration } is not set
doctor-archive-code-fix = copy it from the integration’s page in amoCRM into [integration.widget] code (docs/marketplace.md, step { $step })
doctor-archive-none = amoCRM has no archive with the code { $code }
doctor-archive-none-fix = compare [integration.widget] code with the integration’s page in amoCRM, and upload what this builds: parom widget build --integration { $integration } (docs/marketplace.md, step { $step })
doctor-archive-other = the archive { $code } belongs to another integration, { $client }
doctor-archive-other-fix = enter the widget’s code of integration { $own } in [integration.widget] (docs/marketplace.md, step { $step })
doctor-archive-locations = the archive { $code } at amoCRM has no lead_sources among its locations, so it can have no sources
doctor-archive-locations-fix = upload, unchanged and with a higher version, what this builds: parom widget build --integration { $integration } (docs/marketplace.md, step { $step })
doctor-archive-version = amoCRM has version { $there } of the archive { $code }, and [integration.widget] says { $version }
doctor-archive-version-fix = set a version above { $there } and upload what this builds: parom widget build --integration { $integration } (docs/marketplace.md, step { $step })
doctor-archive-off = the widget { $code } is switched off in { $host }
doctor-archive-off-fix = install it in { $host }, under “Installed” (docs/marketplace.md, step { $step })
doctor-asked-wrong = { $host } could not be queried: { $reason }
doctor-asked-wrong-fix = fix the cause and run doctor again
doctor-asked-expired = the access token has expired; a running server renews it, at the latest within a day
doctor-crm-ok = { $url } answers
doctor-crm-late = { $url }: no answer in time
doctor-crm-unreachable = { $url }: no connection
doctor-crm-unreachable-fix = check outgoing network; if it works elsewhere, wait
doctor-proxy-ok = { $key } leads to { $url }
doctor-proxy-wrong = { $key } does not lead to { $url }: { $reason }
doctor-proxy-wrong-fix = see that this proxy runs, that address, user name and password in { $key } are right, and that it lets this machine through; until then messages wait
doctor-clock-ok = clock differs from amoCRM by { $seconds } s
doctor-clock-off = clock is { $seconds } s off, signatures stop working at { $limit } s
doctor-clock-broken = clock is { $seconds } s off, no signature works
doctor-clock-off-fix = switch on time synchronisation (NTP) on this machine
doctor-channel-ok = channel { $channel } ({ $title }) accepts the signature
doctor-channel-refused = channel { $channel } ({ $title }) does not accept a signed request
doctor-channel-refused-fix = compare secret with the e-mail from amoCRM; check with: parom chats sign
doctor-channel-none = { $integration } has no channel
doctor-channel-none-fix = send amoCRM’s support the letter that this prints: parom channel request --integration { $integration }; enter its answer as [[integration.channel]] (docs/marketplace.md, step { $step })
doctor-connected-ok = channel { $channel } is connected to { $host }
doctor-connected-not_allowed-fix = ask amoCRM’s support to add account { $account } to the channel, and add it to allowed_accounts if that is not empty (docs/marketplace.md, step { $step })
doctor-first_source-ok =
    { $count ->
        [one] { $host } has { $count } source
       *[other] { $host } has { $count } sources
    }, and none that amoCRM made itself
doctor-first_source-none = { $host } has no source
doctor-first_source-none-fix = connect a messenger in the panel, page Sources (docs/marketplace.md, step { $step })
doctor-first_source-own = “Multiple sources” is off: amoCRM made the source “{ $source }” in { $host } itself
doctor-first_source-own-fix = tick “Multiple sources” on the integration’s page in amoCRM, then adopt or remove this source in the panel, page Sources (docs/marketplace.md, step { $step })
doctor-message-ok = a message or a test has gone through “{ $source }” at { $host }
doctor-message-none = no message and no test has gone through “{ $source }” at { $host }
doctor-published-ok = { $integration } is installed in more accounts than the first
doctor-published-none = { $integration } is for everybody, but only one account has it
doctor-published-none-fix = check the archive with parom widget check, send the integration to moderation and press “Publish” (docs/marketplace.md, step { $step })
doctor-database-ok = database keeps what it accepted ({ $mode })
doctor-database-unsafe = database may lose accepted messages
doctor-database-unsafe-fix = { $wanted }
doctor-database-down = { $reason }
doctor-database-down-fix = check database.url and that the database runs
doctor-database-closed = { $reason }
doctor-database-closed-fix = check database.url, that the database runs, and that it does not trade safety for speed
doctor-migrations-ok = the schema is up to date
doctor-migrations-behind =
    { $count ->
        [one] { $count } migration is not applied
       *[other] { $count } migrations are not applied
    }
doctor-migrations-behind-fix = make a backup, then run: parom migrate; doctor checks more afterwards
doctor-migrations-wrong = { $reason }
doctor-migrate-fix = run: parom migrate
doctor-migrations-foreign-fix = do what the reason says; parom migrate changes nothing in this database
doctor-queue-waiting =
    { $count ->
        [one] { $count } waits
       *[other] { $count } wait
    }, the oldest for { $seconds } s
doctor-queue-held =
    { $count ->
        [one] { $count } is held until a person or a repair lets it go
       *[other] { $count } are held until a person or a repair lets them go
    }
doctor-queue-empty = nothing waits
doctor-queue-wrong = the queue could not be read: { $reason }
doctor-queue-fix = see which side is slow: /metrics, GET /api/v1/dead-letters
doctor-ledger-ok = accepted = delivered + failed + waiting, for every source
doctor-ledger-gap =
    { $count ->
        [one] { $count } message is missing from the ledger or counted twice
       *[other] { $count } messages are missing from the ledger or counted twice
    }
doctor-ledger-gap-fix = keep the log and report it: /admin/alerts names the sources
doctor-undelivered =
    { $count ->
        [one] { $count } message was not delivered
       *[other] { $count } messages were not delivered
    }
doctor-undelivered-fix = see the reasons with parom dead list; many lie with the customer, such as a blocked bot
doctor-accounts =
    { $count ->
        [one] { $count } account is installed
       *[other] { $count } accounts are installed
    }
doctor-accounts-wrong = the accounts could not be read: { $reason }
doctor-list-more = { $items } and { $count } more
doctor-tokens-ok = no account has lost its access
doctor-tokens-fewest = no account has lost its access; the first to end is that of { $host }, in { $days } d
doctor-tokens-lost = these accounts must reauthorize: { $items }
doctor-tokens-lost-fix = send their administrators the address { $address } of this server
doctor-token-lost-one =
    { $host } (last renewed { $days ->
        [0] today
        [one] { $days } day ago
       *[other] { $days } days ago
    })
doctor-tokens-ending = the access of these accounts ends soon: { $items }
doctor-tokens-ending-fix = a running server renews unused access after 30 days: look for the reason in its log, or ask an administrator to reauthorize
doctor-token-ending-one =
    { $host } ({ $days ->
        [one] { $days } day
       *[other] { $days } days
    } left)
doctor-channels-ok = no channel is disconnected or refused, as far as Parom knows
doctor-channel-one = { $host } (account { $account }, channel { $channel })
doctor-channel-one-because = { $host } (account { $account }, channel { $channel }): { $reason }
doctor-channels-not_allowed = the channel is private and these accounts are not on its list: { $items }
doctor-channels-not_allowed-fix = ask amoCRM’s support to add them to the channel or make it public; Parom tries them again automatically
doctor-channels-misconfigured = amoCRM refuses the channel for these accounts: { $items }
doctor-channels-misconfigured-fix = compare id and secret of the channel with the e-mail from amoCRM; check with: parom chats sign
doctor-channels-disconnected = these channels are not connected: { $items }
doctor-channels-disconnected-fix = Parom reconnects them automatically; if it does not, switch the integration off and on in amoCRM
doctor-sources-ok = no source has a problem of its own
doctor-sources-unproved = no message and no test has gone through these sources yet: { $items }
doctor-sources-unproved-fix = test them in the panel, or write to them
doctor-sources-bad = these sources need attention: { $items }
doctor-sources-bad-fix = open the source in the panel: it says what to do
doctor-source-unproved-one = { $source } at { $host }
doctor-source-one = { $source } at { $host }: { $reason }
doctor-source-why = { $reason } ({ $text })
doctor-source-messenger_unreachable = the messenger does not answer
doctor-source-webhook_suspended = its server failed for a day
doctor-source-business_off = a person disconnected the bot from their chats
doctor-source-access_refused = the messenger no longer accepts the saved access
doctor-source-credentials_erased = the saved access was erased when the account left
doctor-source-deleted_in_crm = deleted in { $crm }
doctor-source-pipeline_archived = its pipeline is in the archive
doctor-source-line_elsewhere = another service took over the bot or number; customers’ messages go there
doctor-source-line_not_set = the messenger does not know where to send messages
doctor-source-line_failing = the messenger cannot reach Parom, or only with a delay
doctor-source-line_trouble = the messenger reports a problem with this line
doctor-source-needs_attention = needs attention
doctor-source-stopped = stopped
doctor-source-blocked = blocked by the messenger
doctor-source-unpaid = not paid for
doctor-strays-ok = no other sources were seen in amoCRM
doctor-strays-bad = amoCRM has sources of this integration that Parom did not create: { $items }
doctor-strays-bad-fix = adopt or remove them in the panel, page Sources
doctor-contacts-ok = amoCRM reports contact changes everywhere Parom asked for them
doctor-contacts-bad = amoCRM does not report contact changes: { $items }
doctor-contacts-bad-fix = nothing is lost: changes show when someone opens a chat; on a plan with webhooks, Parom subscribes automatically within a day
doctor-contacts-one = { $host }, { $reason }
doctor-alarms-ok = no alert is open
doctor-alarms-bad = open alerts: { $items }
doctor-alarms-bad-fix = the lines above and the panel’s overview say what to do; an alert ends automatically when its cause is gone
doctor-alarm-one =
    { $what } – { $kind } ({ $days ->
        [0] since today
        [one] { $days } day
       *[other] { $days } days
    })
doctor-alarm-one-at =
    { $what } – { $kind } at { $host } ({ $days ->
        [0] since today
        [one] { $days } day
       *[other] { $days } days
    })
doctor-spool-ok = { $place } keeps webhooks while the database is down; none is waiting there
doctor-spool-none = no folder keeps webhooks while the database is down: they would be lost
doctor-spool-none-fix = set spool.dir to a folder on a permanent disk that the server can write to
doctor-spool-memory = { $place } is in memory: webhooks waiting there are lost with the machine
doctor-spool-memory-fix = set spool.dir to a folder on a permanent disk
doctor-spool-waiting =
    { $hooks ->
        [one] { $hooks } webhook of amoCRM waits
       *[other] { $hooks } webhooks of amoCRM wait
    } in { $place } for the database
doctor-spool-waiting-fix = a running server passes them to the database automatically; for a machine that no longer exists, run: parom spool drain { $place }
doctor-spool-wrong = the folder { $place } for webhooks cannot be used: { $reason }
doctor-quarantine-ok = nothing is in quarantine
doctor-quarantine-bad = genuine calls that Parom could not process are kept: { $items }
doctor-quarantine-bad-fix = version_1: connect the account again; foreign_account, unknown_scope: is another server using this channel?; unknown_line: connect this line here, or end its subscription at the messenger; stale: nothing, it is old or was replayed; unreadable, unknown_update, unknown_event and others: update Parom, or report it with the output of: parom quarantine list --json. Then process those of accounts here again: parom quarantine retry
doctor-history-never = chats were not compared with amoCRM’s history yet; it happens every hour
doctor-history-ok = chats were last compared with amoCRM’s history { $minutes } min ago; messages found there so far: { $found }
doctor-history-late = chats have not been compared with amoCRM’s history for 3 hours: { $items }
doctor-history-late-fix = check that the server runs and amoCRM answers; to compare now: parom tenant compare ACCOUNT
doctor-history-held = messages found in amoCRM’s history are waiting for a decision: { $items }
doctor-history-held-fix = the account’s team sends or removes them in the panel under “Undelivered”
doctor-failed = { $failed } of { $checks } checks failed
doctor-private-mail = smtps://…, or smtp://…?tls=required
doctor-database-setting = { $setting } is { $value }, set it to { $wanted } and restart
doctor-reason-key-missing = the key file { $path } (secrets.key_file) does not exist. Make it once and give every instance the same one: head -c 32 /dev/urandom | base64 > { $path }; chmod 600 { $path }
doctor-reason-key-read = cannot read the key file { $path } (secrets.key_file): { $reason }
doctor-reason-key-create = cannot create the key file { $path } (secrets.key_file): { $reason }
doctor-reason-key-replace = cannot replace the key file { $path } (secrets.key_file): { $reason }
doctor-reason-key-wrong = { $origin } holds no key: expected 32 random bytes as base64 (44 characters), found { $found }. If values were sealed before, restore the right key from your backup: they cannot be opened by another one
doctor-reason-key-nothing = nothing
doctor-reason-key-not-base64 = something that is not base64
doctor-reason-key-bytes = { $count } bytes
doctor-reason-schema-early = the database was created by a development version of parom, before the first release, and cannot be upgraded: set database.url to a new, empty database
doctor-reason-schema-newer = the database was upgraded by a newer version of parom (its migration { $name } is unknown here): run that version, or restore the backup made before the upgrade
doctor-reason-database-scheme = database.url must begin with sqlite:// or postgres://
doctor-reason-database-file = database.url must name a file
doctor-reason-database-none = there is no database at { $path }: parom serve or parom migrate makes one
doctor-reason-database-unsafe = the database may lose accepted messages: { $items }
doctor-reason-database-late = the database of database.url does not answer
doctor-reason-database-away = cannot reach the database of database.url: { $reason }
doctor-reason-database-closed = cannot open the database { $path }: { $reason }
doctor-reason-config-file = cannot read the configuration file { $path }: { $reason }
doctor-reason-config-syntax = the configuration file { $origin } is not valid TOML: { $problem }
doctor-reason-config-unknown = unknown key { $key }{ $by }{ $nearest }
doctor-reason-config-nearest = , did you mean { $key }
doctor-reason-config-by = { " " }(set by { $variable })
doctor-reason-config-value = { $key }{ $by }: { $problem }
