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
doctor-config-ok = настройки прочитаны из { $path }
doctor-config-unknown = в настройках неизвестный ключ { $key }
doctor-config-unknown-fix = удалите его или исправьте на { $suggestion }
doctor-database-ok = база хранит то, что приняла ({ $mode })
doctor-database-unsafe = база может потерять принятые сообщения: { $setting } = { $value }
doctor-database-unsafe-fix = задайте { $setting } = { $wanted } и перезапустите
doctor-database-down = база не отвечает по адресу { $host }
doctor-database-down-fix = проверьте database.url и что база запущена
doctor-migrations-behind =
    { $count ->
        [one] не применена { $count } миграция
        [few] не применены { $count } миграции
        [many] не применены { $count } миграций
       *[other] не применены { $count } миграции
    }
doctor-migrations-behind-fix = сделайте копию базы, затем: parom migrate
doctor-clock-ok = часы расходятся с amoCRM на { $seconds } с
doctor-clock-off = часы расходятся на { $seconds } с, при 900 с подписи перестанут приниматься
doctor-clock-off-fix = включите на машине синхронизацию времени (NTP)
doctor-public_url-unreachable = { $url } недоступен снаружи: { $reason }
doctor-public_url-unreachable-fix = проверьте DNS, сертификат и прокси: по этому адресу обращаются amoCRM и мессенджеры
doctor-public_url-not-https = { $url } — не https
doctor-public_url-not-https-fix = поставьте прокси с сертификатом и задайте server.public_url
doctor-secrets-open = файл { $file } доступен другим пользователям (права { $mode })
doctor-secrets-open-fix = выполните: chmod 600 { $file }
doctor-integration-secret-wrong = amoCRM не принимает секрет интеграции { $integration }
doctor-integration-secret-wrong-fix = скопируйте секрет из ключей интеграции в client_secret, старый — в previous_client_secret
doctor-crm-unreachable = amoCRM не отвечает по адресу { $host }: { $reason }
doctor-crm-unreachable-fix = проверьте исходящую сеть и network.allow_private; если с другой машины отвечает, подождите
doctor-token-dead =
    { $count ->
        [one] доступ должен разрешить заново { $count } аккаунт
        [few] доступ должны разрешить заново { $count } аккаунта
        [many] доступ должны разрешить заново { $count } аккаунтов
       *[other] доступ должны разрешить заново { $count } аккаунта
    }: { $accounts }
doctor-token-dead-fix = отправьте администратору ссылку: { $url }
doctor-channel-refused = канал { $channel } отвечает 403 на подписанный запрос
doctor-channel-refused-fix = сверьте secret с письмом от amoCRM; проверка: parom chats sign
doctor-sources-differ =
    { $count ->
        [one] { $count } источник отличается
        [few] { $count } источника отличаются
        [many] { $count } источников отличаются
       *[other] { $count } источника отличаются
    } от amoCRM
doctor-sources-differ-fix = откройте источник в панели и нажмите «Создать в amoCRM снова»
doctor-hook-elsewhere = { $source }: Telegram вызывает { $host } вместо этого сервера
doctor-hook-elsewhere-fix = нажмите «Подключить заново» в источнике или остановите другой сервис
doctor-queue-old =
    самое старое ждёт { $age }, всего { $waiting ->
        [one] ждёт { $waiting }
        [few] ждут { $waiting }
        [many] ждут { $waiting }
       *[other] ждут { $waiting }
    }
doctor-queue-old-fix = посмотрите, какая сторона тормозит: parom dead list, /metrics
doctor-disk-low = на диске свободно { $percent }
doctor-disk-low-fix = освободите место: при 10 % остановится импорт, при 5 % мессенджеры получат просьбу повторить позже
cli-listening = слушает { $url }
cli-demo-ready = Готовы окно менеджера, страница клиента, панель и админка:
cli-key-once = Сохраните ключ сейчас: больше он не покажется.
cli-nothing-to-do = Делать нечего.
