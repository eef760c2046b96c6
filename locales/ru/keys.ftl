## Keys and webhooks

keys-title = Ключи API
keys-empty-title = Ключей API пока нет
keys-try = Попробуйте
keys-base-url = Базовый адрес
keys-description = Описание OpenAPI
keys-empty = Ключ даёт вашим программам доступ к публичному API.
keys-create = Создать ключ
keys-name-hint = Назовите программу, которой нужен ключ, например «Биллинг».
keys-scope-read = read — видит всё в аккаунте
keys-scope-write = write — ещё отправляет сообщения и управляет источниками
keys-scope-admin = admin — ещё выгружает и удаляет данные клиентов
keys-created = Ключ «{ $name }» создан
keys-revoke = Отозвать ключ
keys-revoke-confirm = Отозвать ключ «{ $name }»? Программы с этим ключом сразу начнут получать 401. Вернуть его нельзя.
webhooks-title = Вебхуки
webhooks-empty = Вебхуки появятся вместе с источником «Свой мессенджер».
webhooks-about = Ваши собственные мессенджеры и адреса, куда им приходят вебхуки.
webhooks-deliveries = Доставки
webhooks-none-title = Доставок ещё не было
webhooks-col-event = Событие
webhooks-col-answer = Ответ
webhooks-send-test = Отправить тестовое событие
webhooks-test-and-on = Проверить и включить
webhooks-recover = Отправить несколько ещё раз…
webhooks-rotate = Сменить секрет
webhooks-rotate-hint = Оба секрета действуют 24 часа, затем старый перестанет.
webhooks-check-signature = Проверить подпись
keys-name = Название
keys-col-scope = Область доступа
keys-col-ends-with = Последние символы
keys-col-made = Создан
keys-col-until = Действует до
keys-col-maker = Кем создан
keys-less = Сейчас только: { $scope }
keys-take = Взять на себя
keys-taken = Ключ «{ $name }» теперь ваш: он может не больше, чем вы.
key-state-maker-gone = Остановлен: у создавшего его больше нет доступа
keys-ends-in =
    { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }
keys-ends-never = Пока не отозван
key-state-expired = Истёк
keys-made-title = Новый ключ
keys-to-list = Назад к ключам
keys-shown-before = Это уже показано один раз. Если потеряно, создайте заново.
keys-revoked = Ключ «{ $name }» отозван.
keys-revoked-before = Ключ «{ $name }» уже был отозван.
webhooks-of = Вебхуки: «{ $source }»
webhooks-col-address = Адрес вебхука
webhooks-none-yet = Отправьте тестовое событие или напишите клиенту из карточки в amoCRM.
webhooks-resent = Вебхук отправляется ещё раз.
webhooks-of-the-moment = Здесь только сообщения. Реакции и «печатает» отправляются один раз, повторить их нельзя.
webhooks-not-resent = Этот вебхук нельзя отправить ещё раз: можно только сообщения, пока они хранятся.
webhooks-rotated = У источника «{ $source }» новый секрет подписи.
webhooks-rotated-by-other = Источник изменили в тот же момент. Проверьте его и при необходимости повторите.
signature-intro = Вставьте заголовки и тело такими, какими их получил ваш сервер. Ничего не сохраняется.
signature-body = Тело запроса без изменений
signature-right = Подпись верна.
signature-right-old = Подпись верна, но время отличается больше чем на 5 минут. Такие события отклоняют: проверьте часы сервера.
signature-wrong = Подпись не сходится. Подписывайте строку «id.timestamp.body» раскодированным секретом, по исходным байтам, до разбора JSON.
signature-body-spaces = Сходится без пробелов вокруг тела. Ваш сервер добавляет или сохраняет пробелы: подписывайте исходные байты.
signature-bad-timestamp = Время — целое число секунд, как в заголовке.
signature-bad-form = Подпись начинается с v1, и после запятой идёт base64.
signature-no-source = Выберите источник, у которого есть секрет вебхуков.
keys-valid-for = Срок действия
keys-docs = Документация API
webhooks-chart = Попытки доставки
webhooks-chart-hours = Попытки доставки по часам: принято — { $accepted }, не удалось — { $failed }.
webhooks-chart-days = Попытки доставки по дням: принято — { $accepted }, не удалось — { $failed }.
webhooks-chart-values = { $when }: принято — { $accepted }, не удалось — { $failed }
webhooks-chart-empty = За этот период попыток не было.
webhooks-accepted = Принято
webhooks-failed = Неудачные попытки
webhooks-answer-time = Обычное время ответа
webhooks-answer-most = Медленные 5 %: дольше { $delay }
webhooks-last-success = Последний успех
webhooks-last-none = За 7 дней не было
webhooks-next = Следующая попытка
webhooks-next-held = Следующая попытка: когда источник включат
webhooks-cut = Посчитаны только последние попытки ({ $count }), с { $stamp }.
