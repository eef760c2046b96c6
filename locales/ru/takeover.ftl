### Переход линии с другого сервиса

source-tab-takeover = Переход
takeover-checks = До переключения
takeover-changes = Что изменится
takeover-col-check = Проверка
takeover-col-found = Результат
takeover-status-ok = Готово
takeover-status-warn = Учтите
takeover-status-fail = Пока нельзя
takeover-checked-account = Аккаунт
takeover-checked-access = Доступ в мессенджере
takeover-checked-webhook = Сообщения приходят
takeover-checked-others = Другие сервисы
takeover-checked-source = Источник в { $crm }
takeover-checked-default = Основной источник
takeover-checked-templates = Шаблоны
takeover-checked-window = Ответы без шаблона
takeover-check-fine = всё в порядке
takeover-check-webhook-unset = адрес Парома не зарегистрирован; подождите пять минут до следующей проверки
takeover-check-webhook-failing = вызовы мессенджера к Парому не проходят
takeover-check-others = { $names }
takeover-check-others-none = мессенджер не показывает других сервисов; кто отвечает на этой линии, должен остановиться сам
takeover-check-window = только в срок мессенджера после последнего сообщения клиента
takeover-check-source = его создаст переключение
takeover-check-source-known = он там уже есть и будет использован
takeover-check-default = им останется «{ $source }»
takeover-check-default-none = у аккаунта его нет; выберите его после переключения
takeover-check-templates = { $count ->
    [0] все можно отправлять
    [one] { $count } шаблон мессенджера пока нельзя отправить
    [few] { $count } шаблона мессенджера пока нельзя отправить
   *[many] { $count } шаблонов мессенджера пока нельзя отправить
  }
takeover-other-by_call = { $name }: Паром выключит его, а на обратном пути включит снова.
takeover-other-by_registering = { $name }: единственный адрес линии станет адресом Парома. На обратном пути он вернётся.
takeover-other-by_hand = { $name }: мессенджер позволяет убрать его только владельцу. Уберите его там в течение 15 минут после начала; до тех пор линия остаётся у него.
takeover-other-secret = Мессенджер не показывает его секрет, поэтому после возврата владелец должен зарегистрировать свой адрес заново, если проверяет секрет.
takeover-other-stays = Он никому не отвечает на этой линии: оставить
takeover-stays = Остаётся, так решено.
takeover-trouble = Не удалось вернуть: { $reason }
takeover-put-back-by-hand = Человек добавляет его в мессенджере снова.
takeover-change-source = В { $crm } появится источник «{ $source }».
takeover-change-chats = { $count ->
    [0] Тень ещё не видела ни одного чата.
    [one] Виден { $count } чат. Если его контакт найден, чат продолжится у этого контакта с последними сообщениями в истории.
    [few] Видно { $count } чата. Те, чей контакт найден, продолжатся у него с последними сообщениями в истории.
   *[many] Видно { $count } чатов. Те, чей контакт найден, продолжатся у него с последними сообщениями в истории.
  }
takeover-change-back = В течение суток всё можно вернуть как было.
takeover-start = Переключить сейчас
takeover-not-ready = Переключить пока нельзя.
takeover-begun = Переключение началось.
takeover-back = Вернуть линию
takeover-back-until = Можно до
takeover-back-begun = Линия возвращается.
takeover-state-switching = Переключается
takeover-state-switched = Принята
takeover-state-rolling_back = Отменяется
takeover-state-rolled_back = Отменено
takeover-state-returning = Возвращается
takeover-state-returned = Возвращена
takeover-step-compare = сравниваются дни до переключения
takeover-step-mirror = источник создаётся в { $crm }
takeover-step-switch_off = выключаются другие сервисы
takeover-step-begin = источник начинает отправлять
takeover-step-history = прежние сообщения становятся историей
takeover-step-settle = проверяется пришедшее во время переключения
takeover-step-stop = источник останавливается
takeover-step-put_back = возвращаются другие сервисы
takeover-step-settle_back = проверяется пришедшее на обратном пути
takeover-step-unmirror = источник уходит из { $crm }
takeover-step-done = всё сделано
takeover-waits = Ожидание, пока получает { $names }.
takeover-failed = Шаг «{ $step }» не удался: { $reason }
takeover-begun-by = Начал
takeover-switched-at = Переключено
takeover-returned-at = Снова как было
takeover-others = Другие сервисы
takeover-hour = Первый час
takeover-day = Первые сутки
takeover-so-far = пока
takeover-received = Сообщения клиентов
takeover-in-crm = Из них в { $crm }
takeover-written = Сообщения менеджеров
takeover-sent = Из них отправлено
takeover-failures = Ошибки
takeover-waiting = Ждут
takeover-as-history = Прежние сообщения в истории
takeover-during = Сообщения во время переключения
takeover-others-since = В { $crm } с тех пор через каналы других сервисов
takeover-others-figures = получено { $received }, отправлено { $sent }
takeover-days = Дни до переключения рядом с { $crm }
takeover-report = Отчёт о переходе
takeover-report-csv = Скачать CSV
takeover-figures = После переключения
takeover-none = Ещё ни одна линия не принята.
takeover-admin = Переходы
takeover-admin-source = Источник
takeover-admin-account = Аккаунт
takeover-admin-state = Состояние
takeover-admin-begun = Начат
audit-did-source-switching = Начато переключение источника
audit-did-source-switched = Линия принята от другого сервиса
audit-did-source-rolled_back = Переключение источника отменено: шаг не удался
audit-did-source-returning = Линия возвращается другому сервису
audit-did-source-returned = Линия возвращена другому сервису
