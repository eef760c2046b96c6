## Errors of forms

form-empty = Заполните «{ $field }».
form-too-long = В поле «{ $field }» { $length } знаков, можно не больше { $limit }.
form-not-url = Адрес должен начинаться с https://
form-not-email = Почта выглядит так: anna@example.com.
form-pipeline-gone = Этой воронки в { $crm } больше нет или она в архиве. Выберите другую.
form-changed-meanwhile = Пока вы редактировали, данные изменились: { $name }, { $time }. Проверьте новые значения и сохраните ещё раз.
form-expired = Страница была открыта слишком долго. Введённое сохранено, нажмите «Сохранить» ещё раз.
form-confirm-mismatch = Чтобы подтвердить, введите точно: { $expected }
form-refused = Не принято: { $reason }
form-field-refused = «{ $field }»: { $reason }.
