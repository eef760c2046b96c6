## API problem titles

problem-malformed_json = Тело запроса не читается
problem-validation = Некоторые поля нужно исправить
problem-unauthorized = Ключ не указан, отозван или неверен
problem-forbidden = Области действия ключа не хватает
problem-not_found = Объекта с таким id нет
problem-method_not_allowed = Адрес не принимает этот метод
problem-message_conflict = Сообщение с этим id уже есть и отличается
problem-idempotency_running = Первый запрос с этим Idempotency-Key ещё выполняется
problem-source_limit = Все источники аккаунта заняты
problem-external_id_taken = Источник с таким external_id уже есть
problem-not_from_crm = Статус ставится только сообщениям из amoCRM
problem-too_large = Запрос слишком большой
problem-media_type = Нужен application/json
problem-rate_limited = Слишком много запросов, см. Retry-After
problem-provisioning = Аккаунт ещё настраивается
problem-tenant_inactive = Аккаунт не активен
problem-wrong_account = amojo_id принадлежит другому аккаунту
problem-wrong_credentials = Логин или пароль не подошли
problem-not_admin = Это может сделать только администратор аккаунта
problem-too_many_tries = Слишком много попыток
problem-unavailable = Паром сейчас не может этого сделать, повторите позже
problem-internal = Внутренняя ошибка Парома, ничего не сохранено
problem-tenant_active = Аккаунт ещё в работе
problem-not_deleted_in_crm = Источник есть в { $crm }
problem-no_webhook = У источника нет секрета вебхука
