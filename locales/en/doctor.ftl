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
doctor-config-unknown = config has an unknown key { $key }
doctor-config-unknown-fix = remove it or correct it to { $suggestion }
doctor-database-ok = database keeps what it accepted ({ $mode })
doctor-database-unsafe = database may lose accepted messages: { $setting } is { $value }
doctor-database-unsafe-fix = set { $setting } to { $wanted } and restart
doctor-database-down = database does not answer at { $host }
doctor-database-down-fix = check database.url and that the database runs
doctor-migrations-behind =
    { $count ->
        [one] { $count } migration is not applied
       *[other] { $count } migrations are not applied
    }
doctor-migrations-behind-fix = make a backup, then run: parom migrate
doctor-clock-ok = clock differs from amoCRM by { $seconds } s
doctor-clock-off = clock is { $seconds } s off, signatures stop working at 900 s
doctor-clock-off-fix = switch on time synchronisation (NTP) on this machine
doctor-public_url-unreachable = { $url } is not reachable from outside: { $reason }
doctor-public_url-unreachable-fix = check DNS, the certificate and the proxy; amoCRM and messengers call this address
doctor-public_url-not-https = { $url } is not https
doctor-public_url-not-https-fix = put a proxy with a certificate in front and set server.public_url
doctor-secrets-open = { $file } can be read by other users (mode { $mode })
doctor-secrets-open-fix = run: chmod 600 { $file }
doctor-integration-secret-wrong = amoCRM refuses the secret of integration { $integration }
doctor-integration-secret-wrong-fix = copy the secret from the integration’s keys into client_secret, put the old one into previous_client_secret
doctor-crm-unreachable = amoCRM does not answer at { $host }: { $reason }
doctor-crm-unreachable-fix = check outgoing network and network.allow_private; if it works elsewhere, wait
doctor-token-dead =
    { $count ->
        [one] { $count } account must allow access again
       *[other] { $count } accounts must allow access again
    }: { $accounts }
doctor-token-dead-fix = send the administrator this link: { $url }
doctor-channel-refused = channel { $channel } answers 403 to a signed request
doctor-channel-refused-fix = compare secret with the letter from amoCRM; check with: parom chats sign
doctor-sources-differ =
    { $count ->
        [one] { $count } source differs
       *[other] { $count } sources differ
    } from amoCRM
doctor-sources-differ-fix = open the source in the panel and press “Create in amoCRM again”
doctor-hook-elsewhere = { $source }: Telegram calls { $host } instead of this server
doctor-hook-elsewhere-fix = press “Connect again” in the source, or stop the other service
doctor-queue-old =
    oldest waiting message: { $age }, { $waiting ->
        [one] { $waiting } waits
       *[other] { $waiting } wait
    }
doctor-queue-old-fix = see which remote side is slow: parom dead list, /metrics
doctor-disk-low = { $percent } of the disk is free
doctor-disk-low-fix = free space: at 10 % imports stop, at 5 % messengers are asked to repeat later
cli-listening = listening { $url }
cli-demo-ready = Manager’s window, customer’s page, panel and admin are ready:
cli-key-once = Save this key now: it is not shown again.
cli-nothing-to-do = Nothing to do.
