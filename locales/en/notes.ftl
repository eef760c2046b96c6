### The vendor’s notes about an account, in the admin

admin-notes = Notes
admin-notes-says = Only operators see them. They are deleted with the account.
admin-notes-none = No notes yet.
admin-note-new = New note
admin-note-add = Add note
admin-note-delete = Delete
admin-note-deleted = The note is deleted.
admin-note-wrong = A note can have 1 to { $longest } characters, and an account at most { $most } notes. Nothing was added.
audit-did-account-note_added = Account note added
audit-did-account-note_deleted = Account note deleted
