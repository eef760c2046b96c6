# Machine-made: no native has read it yet.

### The public status page

status-title = { $name }: estado del servicio
status-all-ok = Todo funciona.
status-all-untried = No se conoce ningún problema. Algunas partes aún no tuvieron tráfico.
status-all-degraded = Algunas partes van lentas o fallan para algunas cuentas.
status-all-down = Algunas partes no funcionan.
status-is-ok = Funciona
status-is-untried = Aún sin tráfico
status-is-degraded = Lento o con fallas para algunas cuentas
status-is-down = No funciona
status-is-unknown = Sin datos
status-days = { $days } días: { $good } sin problemas, { $bad } con problemas, { $unknown } sin datos
status-from = Hace 90 días
status-today = Hoy
status-since = desde { $time } UTC
status-receiving = Recepción de mensajes
status-crm = Entrega a { $crm }
status-messenger = Entrega: { $name }
status-panel = Panel
status-checked = Comprobado a las { $time } UTC. Los mensajes que ahora no se pueden entregar esperan y se entregan después.
