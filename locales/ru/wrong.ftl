### What is wrong with an account, at the top of its page in the admin

admin-wrong = Проблемы
admin-wrong-nothing = Проблем нет
admin-wrong-what = Что
admin-wrong-whom = Кого касается
admin-wrong-do = Что сделать
admin-do-channels = Смотреть каналы
admin-do-queues = Открыть очереди
admin-do-limits = Смотреть лимиты
admin-do-plan = Изменить тариф
