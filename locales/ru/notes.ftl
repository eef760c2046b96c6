### The vendor’s notes about an account, in the admin

admin-notes = Заметки
admin-notes-says = Их видят только операторы. Удаляются вместе с аккаунтом.
admin-notes-none = Заметок пока нет.
admin-note-new = Новая заметка
admin-note-add = Добавить заметку
admin-note-delete = Удалить
admin-note-deleted = Заметка удалена.
admin-note-wrong = В заметке от 1 до { $longest } знаков, у аккаунта не больше { $most } заметок. Ничего не добавлено.
audit-did-account-note_added = Заметка об аккаунте добавлена
audit-did-account-note_deleted = Заметка об аккаунте удалена
