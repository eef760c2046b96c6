# Machine-made: no native has read it yet.

## Install (browser pages around the amoCRM consent)

install-title = Conectar Parom a { $crm }
install-will-do = Parom creará fuentes, recibirá y enviará mensajes de chat, y leerá embudos, contactos y usuarios.
install-will-not = Parom no elimina leads ni contactos, y no lee el correo ni las llamadas.
install-need-admin = Solo un administrador de la cuenta de { $crm } puede permitir el acceso.
install-allow = Ir a { $crm }
install-done-title = La cuenta { $account } está conectada
install-tick-authorised = { $crm } dio acceso
install-tick-channel = El canal de chats está conectado
install-add-first-source = Agregar la primera fuente
install-open-panel = Abrir el panel
install-denied = No se permitió el acceso. No ha cambiado nada en { $crm }.
install-state-mismatch = Esta ventana se abrió en otra sesión. Comienza la conexión de nuevo desde aquí.
install-host-refused = “{ $host }” no es una dirección de { $crm }. Parom no envió nada allí.
install-channel-failed = El acceso está dado, pero { $crm } no conecta el canal. Parom lo sigue intentando; puedes cerrar esta página.
install-unknown-title = No existe esa integración
install-unknown = Parom no tiene ninguna integración en esta dirección. Pide la correcta a quien te la dio.
install-paused-title = Las instalaciones nuevas están en pausa
install-paused = Por ahora no se pueden conectar cuentas nuevas para Parom. Para las cuentas conectadas no cambia nada.
install-paused-known = Continuar: mi cuenta ya estuvo conectada
install-choose = Conectar con “{ $name }”
install-start-again = Comenzar de nuevo
install-denied-title = No se permitió el acceso
install-state-title = Comienza la conexión de nuevo
install-host-title = Esta no es una dirección de { $crm }
install-no-code-title = Falta la confirmación
install-no-code = { $crm } envía aquí a las personas con un código de confirmación. Esta dirección no lo tiene, así que no se conectó nada.
install-unclear-title = No está claro de qué integración se trata
install-unclear = La llamada de la cuenta { $host } se guardó para soporte. Comienza de nuevo desde la dirección que te dieron.
install-channel-not-allowed = El canal de chats aún no está abierto para la cuenta { $account }. Soporte ya lo sabe; Parom lo sigue intentando solo.
install-support = Escribir a soporte
install-open-account = Abrir { $crm }
install-later-title = Parom está terminando la configuración
install-later = { $crm } no responde como debería. Parom lo sigue intentando durante 20 minutos; puedes cerrar esta página.
install-failed-title = La cuenta no está conectada
install-failed = { $crm } no aceptó la confirmación. Sirve una sola vez y durante 20 minutos. Comienza de nuevo.
install-not-enough-title = El acceso sigue perdido
install-not-enough = Tu acceso se guardó, pero las fuentes y las plantillas necesitan el de un administrador. Los mensajes siguen llegando en ambos sentidos.
install-details = Detalles
install-product = Parom
