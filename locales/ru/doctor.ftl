## CLI: doctor lines and remedies (ok / warn / FAIL are not translated)

doctor-summary =
    { $checks ->
        [one] { $checks } проверка
        [few] { $checks } проверки
        [many] { $checks } проверок
       *[other] { $checks } проверки
    }, { $warnings ->
        [0] без предупреждений
        [one] { $warnings } предупреждение
        [few] { $warnings } предупреждения
        [many] { $warnings } предупреждений
       *[other] { $warnings } предупреждения
    }, { $failures ->
        [0] без ошибок
        [one] { $failures } ошибка
        [few] { $failures } ошибки
        [many] { $failures } ошибок
       *[other] { $failures } ошибки
    }
doctor-config-ok = настройки прочитаны: { $path }
doctor-config-defaults = значения по умолчанию и переменные окружения
doctor-config-wrong = настройки не читаются: { $reason }
doctor-config-wrong-fix = исправьте настройки и запустите doctor снова
doctor-network-wrong = сеть не готова: { $reason }
doctor-network-wrong-fix = проверьте сертификаты этой машины
doctor-secrets-new = файл ключа { $file } появится при первом запуске
doctor-secrets-ok = ключ открывается
doctor-secrets-open = файл { $file } доступен другим пользователям
doctor-secrets-open-fix = выполните: chmod 600 { $file }
doctor-secrets-wrong = ключ не открывается: { $reason }
doctor-secrets-wrong-fix = верните файл ключа: без него не откроется ни один сохранённый токен
doctor-vault-lost = данные зашифрованы ключом { $keys }, а его здесь нет: сервер не запустится
doctor-vault-ok = всё зашифровано ключом { $key }
doctor-vault-old =
    { $count ->
        [one] { $count } значение ещё зашифровано
        [few] { $count } значения ещё зашифрованы
       *[other] { $count } значений ещё зашифровано
    } прежним ключом: { $tables }
doctor-vault-old-fix = выполните: parom secrets rotate — команда продолжит начатое
doctor-vault-several = известно ключей: { $count }; всё зашифровано первым
doctor-vault-wrong = не удалось посчитать, что каким ключом зашифровано: { $reason }
doctor-private-ok = секреты почты и базы не уходят с этой машины по открытым соединениям
doctor-private-clear = { $key }: секреты идут по сети без проверенного TLS
doctor-private-clear-fix = задайте { $key } в виде { $remedy }
doctor-operators-ok = /metrics и /readyz на { $address } открыты не всем
doctor-operators-here = /metrics и /readyz отвечают на { $address }, и только запросам с этой машины
doctor-operators-public = сервер слушает { $address }, этот адрес виден с других машин, а server.ops_listen не задан: им /metrics и /readyz отвечают 404
doctor-operators-public-fix = задайте в server.ops_listen адрес, доступный только мониторингу и прокси, например 127.0.0.1:9090
doctor-public_url-ok = { $url }
doctor-public_url-not-https = { $url } — не https
doctor-public_url-not-https-fix = поставьте прокси с сертификатом и задайте server.public_url
doctor-proxies-ok = { $count ->
        [0] прокси нет
       *[other] X-Forwarded-For принимается от сетей: { $count }
    }
doctor-proxies-none = public_url — https, но server.trusted_proxies пуст: все посетители приходят как бы с одного адреса
doctor-proxies-none-fix = укажите прокси в server.trusted_proxies, иначе попытки входа считаются общими, а в журнале действий виден адрес прокси
doctor-public_url-unreachable = { $url } недоступен снаружи: { $reason }
doctor-public_url-unreachable-fix = проверьте DNS, сертификат и прокси: по этому адресу обращаются amoCRM и мессенджеры
doctor-outside-stopped = { $url } не отвечает: сервер не запущен
doctor-outside-stopped-fix = запустите его: systemctl start parom@1 или parom serve
doctor-outside-ok = { $url } ведёт к этому сервису
doctor-outside-other = { $url } отвечает, но не ключом этого сервиса: адрес ведёт к другому сервису или у процессов другой ключ
doctor-outside-other-fix = сравните server.public_url с адресом этого сервиса в прокси и ключи всех процессов
doctor-outside-clock = часы расходятся с часами публичного адреса на { $seconds } с
doctor-certificate-days =
    { $days ->
        [one] сертификат действует ещё { $days } день
        [few] сертификат действует ещё { $days } дня
        [many] сертификат действует ещё { $days } дней
       *[other] сертификат действует ещё { $days } дня
    }
doctor-certificate-fix = найдите в журнале прокси, почему сертификат не продлён; без него amoCRM и мессенджеры не достучатся
doctor-backup-none = копий, сделанных parom backup create, в журнале нет
doctor-backup-age =
    { $hours ->
        [one] последней резервной копии { $hours } час
        [few] последней резервной копии { $hours } часа
        [many] последней резервной копии { $hours } часов
       *[other] последней резервной копии { $hours } часа
    }
doctor-backup-none-fix = делайте копию каждую ночь: systemctl enable --now parom-backup.timer или parom backup create
doctor-backup-fix = узнайте почему: systemctl status parom-backup.service
doctor-disk-low = свободно только { $free } МБ ({ $place }): на полном диске ничего больше не сохранится
doctor-disk-far = при скорости последней недели диска хватит больше чем на год
doctor-disk-days =
    { $days ->
        [one] при скорости последней недели диск заполнится через { $days } день
        [few] при скорости последней недели диск заполнится через { $days } дня
        [many] при скорости последней недели диск заполнится через { $days } дней
       *[other] при скорости последней недели диск заполнится через { $days } дня
    }
doctor-disk-fix = увеличьте диск, перенесите файлы в бакет (media.url) или храните их меньше дней (media.keep_days)
doctor-webhook-ok = событий вебхука { $name }, которые не приняты, нет
doctor-webhook-refused = вебхук { $name } не принимает события: повторяются { $waiting }, не удались { $failed }
doctor-webhook-fix = исправьте получателя; в /admin/webhooks видны все попытки, оттуда же можно отправить события ещё раз
doctor-media-ok = файлы хранятся в { $place }
doctor-media-wrong = файлы не сохраняются в { $place }: { $reason }
doctor-media-wrong-fix = разрешите Парому запись в папку media.dir или проверьте media.url, media.s3 и права на хранилище
doctor-window-ok = окно ответа ни одного канала не задевает мессенджеры без окна
doctor-window-mixed = у канала { $channel } ({ $title }) есть окно ответа, и он же обслуживает мессенджеры без окна: { $kinds }
doctor-window-mixed-fix = дайте этим мессенджерам свой канал или попросите поддержку amoCRM снять окно; затем приведите в соответствие connectors и time_window_seconds
doctor-integration-none = ни одной интеграции не настроено: аккаунтам нечего устанавливать
doctor-integration-none-fix = добавьте в настройки [[integration]] с её ключами
doctor-integration-ok = { $integration }: адрес перенаправления { $redirect }, вебхук об отзыве { $revoke }
doctor-installed-ok = интеграция { $integration } установлена в { $host } (аккаунт { $account })
doctor-installed-none = интеграцию { $integration } ещё не установил ни один аккаунт
doctor-installed-none-fix = откройте { $address } как администратор своего аккаунта. Если после этого amoCRM показывает ошибку или открывает несуществующую страницу, адрес перенаправления в ней не в точности { $redirect } (docs/ru/marketplace.md, шаг { $step })
doctor-installed-failed = интеграция { $integration } не установилась в { $host }: { $reason }
doctor-installed-failed-fix = адрес перенаправления в amoCRM должен быть в точности { $redirect }, а client_id и client_secret – ключами интеграции; затем снова откройте { $address } (docs/ru/marketplace.md, шаг { $step })
doctor-installed-external = { $integration } – внешняя интеграция, насколько показывает amoCRM: ей не положены ни архив, ни источники, так что мессенджер не подключить
doctor-installed-external-fix = создайте приватную интеграцию или публичную в техническом аккаунте и впишите её ключи (docs/ru/marketplace.md, шаг { $step })
doctor-installed-user = доступ к { $host } дал не администратор: источники amoCRM такому доступу не открывает
doctor-installed-user-fix = администратор аккаунта должен открыть { $address } (docs/ru/marketplace.md, шаг { $step })
doctor-archive-ok = в { $host } архив { $code } версии { $version }, с lead_sources
doctor-archive-code = код виджета интеграции { $integration } не задан
doctor-archive-code-fix = скопируйте его со страницы интеграции в amoCRM в code раздела [integration.widget] (docs/ru/marketplace.md, шаг { $step })
doctor-archive-none = архива с кодом { $code } в amoCRM нет
doctor-archive-none-fix = сверьте code в [integration.widget] со страницей интеграции в amoCRM и загрузите то, что соберёт: parom widget build --integration { $integration } (docs/ru/marketplace.md, шаг { $step })
doctor-archive-other = архив { $code } принадлежит другой интеграции, { $client }
doctor-archive-other-fix = впишите в [integration.widget] код виджета интеграции { $own } (docs/ru/marketplace.md, шаг { $step })
doctor-archive-locations = у архива { $code } в amoCRM среди locations нет lead_sources, поэтому источников у него не будет
doctor-archive-locations-fix = загрузите без изменений и с большей версией то, что соберёт: parom widget build --integration { $integration } (docs/ru/marketplace.md, шаг { $step })
doctor-archive-version = в amoCRM архив { $code } версии { $there }, а в [integration.widget] указана { $version }
doctor-archive-version-fix = укажите версию больше { $there } и загрузите то, что соберёт: parom widget build --integration { $integration } (docs/ru/marketplace.md, шаг { $step })
doctor-archive-off = виджет { $code } в { $host } выключен
doctor-archive-off-fix = установите его в { $host }, раздел «Установленные» (docs/ru/marketplace.md, шаг { $step })
doctor-asked-wrong = { $host } не удалось спросить: { $reason }
doctor-asked-wrong-fix = устраните причину и запустите doctor снова
doctor-asked-expired = токен доступа истёк; работающий сервер обновит его, самое позднее за сутки
doctor-crm-ok = { $url } отвечает
doctor-crm-late = { $url }: нет ответа вовремя
doctor-crm-unreachable = { $url }: нет соединения
doctor-crm-unreachable-fix = проверьте исходящую сеть; если с другой машины отвечает, подождите
doctor-proxy-ok = { $key } ведёт к { $url }
doctor-proxy-wrong = { $key } не ведёт к { $url }: { $reason }
doctor-proxy-wrong-fix = убедитесь, что этот прокси запущен, что адрес, имя и пароль в { $key } верны и что он пропускает этот компьютер; до тех пор сообщения ждут
doctor-clock-ok = часы расходятся с amoCRM на { $seconds } с
doctor-clock-off = часы расходятся на { $seconds } с, при { $limit } с подписи перестанут приниматься
doctor-clock-broken = часы расходятся на { $seconds } с, подписи не принимаются
doctor-clock-off-fix = включите на машине синхронизацию времени (NTP)
doctor-channel-ok = канал { $channel } ({ $title }) принимает подпись
doctor-channel-refused = канал { $channel } ({ $title }) не принимает подписанный запрос
doctor-channel-refused-fix = сверьте secret с письмом от amoCRM; проверка: parom chats sign
doctor-channel-none = у интеграции { $integration } нет канала
doctor-channel-none-fix = отправьте поддержке amoCRM письмо, которое выводит parom channel request --integration { $integration }, и впишите ответ как [[integration.channel]] (docs/ru/marketplace.md, шаг { $step })
doctor-connected-ok = канал { $channel } подключён к { $host }
doctor-connected-not_allowed-fix = попросите поддержку amoCRM добавить аккаунт { $account } в канал и впишите его в allowed_accounts, если список не пуст (docs/ru/marketplace.md, шаг { $step })
doctor-first_source-ok =
    { $count ->
        [one] в { $host } { $count } источник
        [few] в { $host } { $count } источника
        [many] в { $host } { $count } источников
       *[other] в { $host } { $count } источника
    }, и ни одного amoCRM не создала сама
doctor-first_source-none = в { $host } нет источников
doctor-first_source-none-fix = подключите мессенджер в панели, страница «Источники» (docs/ru/marketplace.md, шаг { $step })
doctor-first_source-own = «Множественные источники» выключены: источник «{ $source }» в { $host } amoCRM создала сама
doctor-first_source-own-fix = отметьте «Множественные источники» на странице интеграции в amoCRM, затем примите или удалите этот источник в панели, страница «Источники» (docs/ru/marketplace.md, шаг { $step })
doctor-message-ok = сообщение или проверка прошли через «{ $source }» в { $host }
doctor-message-none = через «{ $source }» в { $host } ещё не прошло ни сообщения, ни проверки
doctor-published-ok = интеграция { $integration } установлена не только в первом аккаунте
doctor-published-none = интеграция { $integration } предназначена всем, но есть только у одного аккаунта
doctor-published-none-fix = проверьте архив командой parom widget check, отправьте интеграцию на модерацию и нажмите «Опубликовать» (docs/ru/marketplace.md, шаг { $step })
doctor-database-ok = база хранит то, что приняла ({ $mode })
doctor-database-unsafe = база может потерять принятые сообщения
doctor-database-unsafe-fix = исправьте и перезапустите: { $wanted }
doctor-database-down = база не отвечает: { $reason }
doctor-database-down-fix = проверьте database.url и что база запущена
doctor-database-closed = база не открывается: { $reason }
doctor-database-closed-fix = проверьте database.url, что база запущена и что она не жертвует надёжностью ради скорости
doctor-migrations-ok = схема базы актуальна
doctor-migrations-behind =
    { $count ->
        [one] не применена { $count } миграция
        [few] не применены { $count } миграции
        [many] не применены { $count } миграций
       *[other] не применены { $count } миграции
    }
doctor-migrations-behind-fix = сделайте копию базы, затем: parom migrate; после этого doctor проверит больше
doctor-migrations-wrong = схему базы не удалось прочитать: { $reason }
doctor-migrate-fix = выполните: parom migrate
doctor-migrations-foreign-fix = сделайте то, что сказано в причине; parom migrate в этой базе ничего не меняет
doctor-queue-waiting =
    { $count ->
        [one] ждёт { $count }
        [few] ждут { $count }
        [many] ждут { $count }
       *[other] ждут { $count }
    }, самое старое { $seconds } с
doctor-queue-held =
    { $count ->
        [one] придержано { $count }, пока человек не включит или причина не уйдёт
        [few] придержаны { $count }, пока человек не включит или причина не уйдёт
        [many] придержано { $count }, пока человек не включит или причина не уйдёт
       *[other] придержано { $count }, пока человек не включит или причина не уйдёт
    }
doctor-queue-empty = ничего не ждёт
doctor-queue-wrong = очередь не удалось прочитать: { $reason }
doctor-queue-fix = посмотрите, какая сторона тормозит: /metrics, GET /api/v1/dead-letters
doctor-ledger-ok = принято = доставлено + не доставлено + ждёт, по каждому источнику
doctor-ledger-gap =
    { $count ->
        [one] в учёте не сходится { $count } сообщение
        [few] в учёте не сходятся { $count } сообщения
        [many] в учёте не сходятся { $count } сообщений
       *[other] в учёте не сходятся { $count } сообщения
    }
doctor-ledger-gap-fix = сохраните журнал и сообщите разработчикам: источники названы на /admin/alerts
doctor-undelivered =
    { $count ->
        [one] не доставлено { $count } сообщение
        [few] не доставлено { $count } сообщения
        [many] не доставлено { $count } сообщений
       *[other] не доставлено { $count } сообщения
    }
doctor-undelivered-fix = причины покажет команда parom dead list; часть из них зависит от клиента: например, бот заблокирован
doctor-accounts =
    { $count ->
        [one] установлен { $count } аккаунт
        [few] установлено { $count } аккаунта
        [many] установлено { $count } аккаунтов
       *[other] установлено { $count } аккаунта
    }
doctor-accounts-wrong = аккаунты не удалось прочитать: { $reason }
doctor-list-more = { $items } и ещё { $count }
doctor-tokens-ok = ни один аккаунт не потерял доступ
doctor-tokens-fewest = ни один аккаунт не потерял доступ; раньше всех он закончится у { $host }: дней { $days }
doctor-tokens-lost = доступ должны обновить: { $items }
doctor-tokens-lost-fix = отправьте их администраторам адрес { $address } этого сервера
doctor-token-lost-one =
    { $host } (продлён { $days ->
        [0] сегодня
        [one] { $days } день назад
        [few] { $days } дня назад
        [many] { $days } дней назад
       *[other] { $days } дня назад
    })
doctor-tokens-ending = скоро закончится доступ: { $items }
doctor-tokens-ending-fix = неиспользуемый доступ работающий сервер продлевает через 30 дней: посмотрите в его журнале, почему нет, или попросите администратора обновить доступ
doctor-token-ending-one =
    { $host } (осталось: { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    })
doctor-channels-ok = отключённых и отклонённых каналов нет, насколько известно Parom
doctor-channel-one = { $host } (аккаунт { $account }, канал { $channel })
doctor-channel-one-because = { $host } (аккаунт { $account }, канал { $channel }): { $reason }
doctor-channels-not_allowed = канал закрытый, и этих аккаунтов нет в его списке: { $items }
doctor-channels-not_allowed-fix = попросите поддержку amoCRM добавить их в канал или открыть его; попытки повторяются сами
doctor-channels-misconfigured = amoCRM отказывает каналу у этих аккаунтов: { $items }
doctor-channels-misconfigured-fix = сверьте id и secret канала с письмом от amoCRM; проверка: parom chats sign
doctor-channels-disconnected = эти каналы не подключены: { $items }
doctor-channels-disconnected-fix = они подключатся снова сами; если нет, выключите и включите интеграцию в amoCRM
doctor-sources-ok = у самих источников неисправностей нет
doctor-sources-unproved = через эти источники ещё не прошло ни одного сообщения и ни одной проверки: { $items }
doctor-sources-unproved-fix = проверьте их в панели или напишите в них
doctor-sources-bad = требуют внимания: { $items }
doctor-sources-bad-fix = откройте источник в панели: там сказано, что сделать
doctor-source-unproved-one = { $source } ({ $host })
doctor-source-one = { $source }, { $host }: { $reason }
doctor-source-why = { $reason } ({ $text })
doctor-source-messenger_unreachable = мессенджер не отвечает
doctor-source-webhook_suspended = его сервер сутки отвечал ошибкой
doctor-source-business_off = человек отключил бота от своих чатов
doctor-source-access_refused = мессенджер больше не принимает сохранённый доступ
doctor-source-credentials_erased = аккаунт отключали, сохранённый доступ стёрт
doctor-source-deleted_in_crm = удалён в { $crm }
doctor-source-pipeline_archived = его воронка в архиве
doctor-source-line_elsewhere = бота или номер забрал другой сервис, сообщения клиентов идут туда
doctor-source-line_not_set = мессенджер ещё не знает, куда отправлять сообщения
doctor-source-line_failing = мессенджер не достучался до Парома или достучался поздно
doctor-source-line_trouble = мессенджер сообщает о проблеме с этой линией
doctor-source-needs_attention = требует внимания
doctor-source-stopped = остановлен
doctor-source-blocked = заблокирован мессенджером
doctor-source-unpaid = нет оплаты
doctor-strays-ok = других источников в amoCRM не видно
doctor-strays-bad = в amoCRM есть источники этой интеграции, которых Паром не создавал: { $items }
doctor-strays-bad-fix = примите или удалите их в панели, страница «Источники»
doctor-contacts-ok = об изменениях контактов amoCRM сообщает везде, где её об этом просили
doctor-contacts-bad = amoCRM не сообщает об изменениях контактов: { $items }
doctor-contacts-bad-fix = ничего не теряется: изменения видны, когда кто-то открывает чат; на тарифе с вебхуками Паром подпишется сам в течение суток
doctor-contacts-one = { $host }, { $reason }
doctor-alarms-ok = открытых оповещений нет
doctor-alarms-bad = открытые оповещения: { $items }
doctor-alarms-bad-fix = что сделать, сказано в строках выше или в обзоре панели; оповещение закрывается само, когда исчезнет причина
doctor-alarm-one =
    { $what } – { $kind } ({ $days ->
        [0] с сегодняшнего дня
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    })
doctor-alarm-one-at =
    { $what } – { $kind }, { $host } ({ $days ->
        [0] с сегодняшнего дня
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    })
doctor-spool-ok = вебхуки, которые база не приняла, хранятся в { $place }; сейчас там пусто
doctor-spool-none = нет папки для вебхуков, которые база не приняла: пока она не работает, они теряются
doctor-spool-none-fix = укажите в spool.dir папку на постоянном диске, куда сервер может писать
doctor-spool-memory = { $place } находится в памяти: вебхуки, которые ждут там, пропадут вместе с машиной
doctor-spool-memory-fix = укажите в spool.dir папку на постоянном диске
doctor-spool-waiting =
    { $hooks ->
        [one] { $hooks } вебхук amoCRM ждёт
        [few] { $hooks } вебхука amoCRM ждут
       *[other] { $hooks } вебхуков amoCRM ждут
    } базу в { $place }
doctor-spool-waiting-fix = работающий сервер передаст их базе сам; если той машины больше нет, выполните: parom spool drain { $place }
doctor-spool-wrong = папка { $place } для вебхуков не годится: { $reason }
doctor-quarantine-ok = ничего из присланного не отложено
doctor-quarantine-bad = отложены подлинные вызовы, которые не удалось обработать: { $items }
doctor-quarantine-bad-fix = version_1: подключите аккаунт заново; foreign_account, unknown_scope: не пользуется ли этим каналом другой сервер?; unknown_line: подключите эту линию здесь или снимите её подписку в мессенджере; stale: ничего, вызов старый или повторён; unreadable, unknown_update, unknown_event и другие: обновите Паром или сообщите о них с выводом команды parom quarantine list --json. Затем обработайте снова вызовы аккаунтов этого сервера: parom quarantine retry
doctor-history-never = чаты ещё не сравнивались с историей amoCRM; это происходит каждый час
doctor-history-ok = чаты сравнивались с историей amoCRM { $minutes } мин назад; найдено там сообщений: { $found }
doctor-history-late = чаты 3 часа не сравнивались с историей amoCRM: { $items }
doctor-history-late-fix = работает ли сервер, отвечает ли amoCRM? Запустить: parom tenant compare ACCOUNT
doctor-history-held = сообщения, найденные в истории amoCRM, ждут человека: { $items }
doctor-history-held-fix = люди аккаунта отправят или уберут их в панели, страница «Недоставленное»
doctor-failed = не прошло проверок: { $failed } из { $checks }
doctor-private-mail = smtps://… или smtp://…?tls=required
doctor-database-setting = { $setting } = { $value }, а нужно { $wanted }
doctor-reason-key-missing = файла ключа { $path } (secrets.key_file) нет. Создайте его один раз и дайте всем процессам один и тот же: head -c 32 /dev/urandom | base64 > { $path }; chmod 600 { $path }
doctor-reason-key-read = файл ключа { $path } (secrets.key_file) не читается: { $reason }
doctor-reason-key-create = файл ключа { $path } (secrets.key_file) не создаётся: { $reason }
doctor-reason-key-replace = файл ключа { $path } (secrets.key_file) не заменяется: { $reason }
doctor-reason-key-wrong = в { $origin } нет ключа: нужны 32 случайных байта в base64 (44 символа), а там { $found }. Если что-то уже зашифровано, верните прежний ключ из резервной копии: другим оно не откроется
doctor-reason-key-nothing = пусто
doctor-reason-key-not-base64 = не base64
doctor-reason-key-bytes =
    { $count ->
        [one] { $count } байт
        [few] { $count } байта
        [many] { $count } байт
       *[other] { $count } байта
    }
doctor-reason-schema-early = базу создала разрабатываемая версия до первого выпуска, обновить её нельзя: задайте в database.url новую, пустую базу
doctor-reason-schema-newer = базу обновила более новая версия (её миграция { $name } здесь неизвестна): запустите ту версию или верните копию, сделанную до обновления
doctor-reason-database-scheme = database.url должен начинаться с sqlite:// или postgres://
doctor-reason-database-file = database.url должен называть файл
doctor-reason-database-none = базы данных { $path } нет: её создаёт parom serve или parom migrate
doctor-reason-database-unsafe = она может потерять принятые сообщения: { $items }
doctor-reason-database-late = она не ответила вовремя
doctor-reason-database-away = нет соединения: { $reason }
doctor-reason-database-closed = файл { $path }: { $reason }
doctor-reason-config-file = файл { $path }: { $reason }
doctor-reason-config-syntax = в файле { $origin } ошибка TOML: { $problem }
doctor-reason-config-unknown = неизвестный ключ { $key }{ $by }{ $nearest }
doctor-reason-config-nearest = , возможно, имелся в виду { $key }
doctor-reason-config-by = { " " }(задан в { $variable })
doctor-reason-config-value = { $key }{ $by }: { $problem }
