## Errors of forms

form-empty = Fill in “{ $field }”.
form-too-long = “{ $field }” has { $length } characters, at most { $limit } are allowed.
form-not-url = The address must begin with https://
form-not-email = An e-mail looks like anna@example.com.
form-pipeline-gone = This pipeline was deleted or archived in { $crm }. Choose another.
form-changed-meanwhile = { $name } changed this { $time }. Check the new values and save again.
form-expired = The page was open too long. Your values are kept, save again.
form-confirm-mismatch = To confirm, type exactly: { $expected }
form-refused = Not accepted: { $reason }
form-field-refused = “{ $field }”: { $reason }.
