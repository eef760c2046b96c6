# Machine-made: no native has read it yet.

## API problem titles

problem-malformed_json = No se puede leer el cuerpo
problem-validation = Hay que corregir algunos campos
problem-unauthorized = La clave falta, está revocada o es incorrecta
problem-forbidden = El alcance de la clave no lo permite
problem-not_found = Nada tiene este ID
problem-method_not_allowed = Esta dirección no admite este método
problem-message_conflict = Ya existe otro mensaje con este ID
problem-import_over = La importación ya terminó
problem-idempotency_running = La primera solicitud con esta Idempotency-Key aún está en curso
problem-source_limit = La cuenta alcanzó su límite de fuentes
problem-plan_kind = El plan no tiene fuentes de este tipo
problem-external_id_taken = Otra fuente ya tiene este external_id
problem-not_from_crm = El estado se puede informar solo para mensajes que vinieron de amoCRM
problem-not_from_messenger = Solo se pueden cambiar los mensajes que vinieron del servicio de mensajería
problem-message_deleted = El mensaje fue eliminado
problem-too_large = La solicitud es demasiado grande
problem-media_no_room = No queda espacio para más archivos
problem-media_type = Envía application/json
problem-rate_limited = Demasiadas solicitudes, mira Retry-After
problem-request_timeout = El cuerpo tardó demasiado
problem-provisioning = La cuenta aún se está configurando
problem-tenant_inactive = La cuenta no está activa
problem-wrong_account = amojo_id es de otra cuenta
problem-wrong_credentials = El usuario o la contraseña no coinciden
problem-not_admin = Solo un administrador de la cuenta puede hacerlo
problem-too_many_tries = Demasiados intentos
problem-unavailable = Parom no puede hacerlo ahora, intenta de nuevo más tarde
problem-internal = Error interno de Parom, no se guardó nada
problem-tenant_active = La cuenta está en uso
problem-not_deleted_in_crm = La fuente existe en { $crm }
problem-no_webhook = La fuente no tiene secreto de webhook
problem-webhook_not_kept = El webhook no se puede enviar de nuevo
problem-template_locked = WhatsApp ya tiene esta plantilla
problem-template_no_source = No hay ninguna fuente con WhatsApp oficial
problem-template_unapproved = La plantilla no está aprobada
problem-template_not_decided_here = Lo decide el servicio de mensajería
problem-too_many_requests = Demasiadas solicitudes
problem-too_many_bytes = Demasiados datos por hoy
problem-too_many_imports = Demasiadas importaciones
problem-account_full = El almacenamiento de la cuenta está lleno
problem-foreign_origin = Lo pidió otro sitio
problem-unknown_visitor = No se conoce al visitante
problem-signature_refused = La firma es incorrecta
