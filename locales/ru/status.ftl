### The public status page

status-title = { $name }: состояние сервиса
status-all-ok = Всё работает.
status-all-untried = Неполадок не видно. Через часть сервиса сообщений ещё не было.
status-all-degraded = Часть сервиса работает медленно или не у всех.
status-all-down = Часть сервиса не работает.
status-is-ok = Работает
status-is-untried = Сообщений ещё не было
status-is-degraded = Медленно или не у всех
status-is-down = Не работает
status-is-unknown = Нет данных
status-days = { $days } дней: без неполадок { $good }, с неполадками { $bad }, без данных { $unknown }
status-from = 90 дней назад
status-today = Сегодня
status-since = с { $time } UTC
status-receiving = Приём сообщений
status-crm = Доставка в { $crm }
status-messenger = Доставка: { $name }
status-panel = Панель
status-checked = Проверено в { $time } UTC. Сообщения, которые сейчас не доставить, ждут и уйдут позже.
