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
takeover-checked-webhook = Адрес Парома в мессенджере
takeover-checked-others = Другие сервисы
takeover-checked-source = Источник в { $crm }
takeover-checked-default = Источник по умолчанию
takeover-checked-templates = Шаблоны
takeover-checked-window = Ответы без шаблона
takeover-check-webhook-unset = не зарегистрирован; подождите пять минут до следующей проверки
takeover-check-account = подключён
takeover-check-access = есть
takeover-check-webhook = зарегистрирован
takeover-check-webhook-later = его зарегистрирует переключение
takeover-check-webhook-failing = вызовы мессенджера на него не проходят
takeover-check-others = { $names }
takeover-check-others-none = мессенджер не показывает других сервисов; если кто-то отвечает на этой линии, остановите его там
takeover-check-window = только в течение ограниченного времени после последнего сообщения клиента
takeover-check-source = его создаст переключение
takeover-check-source-known = уже есть и будет использован
takeover-check-default = останется «{ $source }»
takeover-check-default-none = у аккаунта его нет; выберите его после переключения
takeover-check-templates = { $count ->
    [0] все одобренные мессенджером можно отправлять
    [one] { $count } одобренного мессенджером шаблона ещё нет в { $crm }
    [few] { $count } одобренных мессенджером шаблонов ещё нет в { $crm }
   *[many] { $count } одобренных мессенджером шаблонов ещё нет в { $crm }
  }
takeover-other-by_call = { $name }: Паром выключит его, а если вернуть линию, включит снова.
takeover-other-by_registering = { $name }: адрес у линии один, им станет адрес Парома. Если вернуть линию, адрес снова будет этот.
takeover-other-by_hand = { $name }: убрать его в мессенджере может только владелец. Сделайте это в течение 15 минут после начала; до тех пор линия остаётся у него.
takeover-other-secret = Секрет его адреса мессенджер не показывает. Если тот сервис проверяет секрет, после возврата линии он должен зарегистрировать свой адрес заново.
takeover-other-stays = Не отключать: проверено, что на этой линии он никому не отвечает
takeover-stays = Оставлен подключённым, так решено.
takeover-trouble = Не удалось вернуть: { $reason }
takeover-put-back-by-hand = Владелец должен снова добавить его в мессенджере.
takeover-change-source = В { $crm } появится источник «{ $source }».
takeover-change-chats = { $count ->
    [0] Чатов пока не видно: они начнутся со следующих сообщений клиентов.
    [one] Виден { $count } чат. Если его контакт найден, чат продолжится у этого контакта с последними сообщениями в истории.
    [few] Видно { $count } чата. Те, чей контакт найден, продолжатся у него с последними сообщениями в истории.
   *[many] Видно { $count } чатов. Те, чей контакт найден, продолжатся у него с последними сообщениями в истории.
  }
takeover-change-back = В течение суток линию можно вернуть.
takeover-start = Переключить сейчас
takeover-not-ready = Переключить пока нельзя: смотрите проверки выше.
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
takeover-waits = Ждём, пока { $names } перестанет получать сообщения.
takeover-failed = Шаг «{ $step }» не удался: { $reason }
takeover-begun-by = Кто начал
takeover-switched-at = Переключено
takeover-returned-at = Возвращена
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
takeover-others-since = С тех пор в { $crm } через другие сервисы
takeover-others-figures = получено { $received }, отправлено { $sent }
takeover-days = Дни до переключения в сравнении с { $crm }
takeover-report = Отчёт о переходе
takeover-report-csv = Скачать CSV
takeover-as-of = По состоянию на
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
