# Machine-made: no native has read it yet.

### Passar uma linha de outro serviço para o Parom

source-tab-takeover = Transição
takeover-checks = Antes da troca
takeover-changes = O que muda
takeover-col-check = Verificação
takeover-col-found = Resultado
takeover-status-ok = Tudo certo
takeover-status-warn = Atenção
takeover-status-fail = Ainda não
takeover-checked-account = Conta
takeover-checked-access = Acesso no app de mensagens
takeover-checked-webhook = As mensagens chegam
takeover-checked-others = Outros serviços
takeover-checked-source = Fonte no { $crm }
takeover-checked-default = Fonte padrão
takeover-checked-templates = Modelos
takeover-checked-window = Respostas sem modelo
takeover-check-fine = está tudo bem
takeover-check-webhook-unset = o endereço do Parom não está registrado; espere cinco minutos até a próxima verificação
takeover-check-webhook-failing = as chamadas do app de mensagens ao Parom falham
takeover-check-others = { $names }
takeover-check-others-none = o app de mensagens não mostra outros serviços; quem responde nesta linha deve parar por conta própria
takeover-check-window = só no prazo do app de mensagens após a última mensagem do cliente
takeover-check-source = a troca a cria
takeover-check-source-known = já está lá e é usada
takeover-check-default = continua sendo “{ $source }”
takeover-check-default-none = a conta não tem nenhuma; escolha uma depois da troca
takeover-check-templates = { $count ->
    [0] todos podem ser enviados
    [one] um do app de mensagens ainda não pode ser enviado
   *[other] { $count } do app de mensagens ainda não podem ser enviados
  }
takeover-other-by_call = { $name }: o Parom o desliga e, no caminho de volta, o liga novamente.
takeover-other-by_registering = { $name }: o único endereço da linha passa a ser o do Parom. No caminho de volta ele o recebe novamente.
takeover-other-by_hand = { $name }: o app de mensagens só deixa o dono removê-lo. Remova-o lá em até 15 minutos após o início; até então a linha fica com ele.
takeover-other-secret = O app de mensagens não mostra o segredo dele, então depois da volta o dono deve registrar novamente o endereço se o verificar.
takeover-other-stays = Ele não responde a ninguém nesta linha: deixar
takeover-stays = Fica, como foi decidido.
takeover-trouble = Não foi possível devolver: { $reason }
takeover-put-back-by-hand = Uma pessoa o adiciona novamente no app de mensagens.
takeover-change-source = O { $crm } recebe a fonte “{ $source }”.
takeover-change-chats = { $count ->
    [0] A sombra ainda não viu nenhum chat.
    [one] Um chat foi visto. Se o contato dele foi encontrado, continua com ele, com as últimas mensagens como histórico.
   *[other] { $count } chats foram vistos. Aqueles cujo contato foi encontrado continuam com ele, com as últimas mensagens como histórico.
  }
takeover-change-back = Durante um dia tudo pode voltar a ser como era.
takeover-start = Trocar agora
takeover-not-ready = Ainda não é possível trocar.
takeover-begun = A troca começou.
takeover-back = Devolver a linha
takeover-back-until = Possível até
takeover-back-begun = A linha está sendo devolvida.
takeover-state-switching = Trocando
takeover-state-switched = Assumida
takeover-state-rolling_back = Desfazendo
takeover-state-rolled_back = Desfeita
takeover-state-returning = Devolvendo
takeover-state-returned = Devolvida
takeover-step-compare = os dias anteriores são comparados
takeover-step-mirror = a fonte é criada no { $crm }
takeover-step-switch_off = os outros serviços são desligados
takeover-step-begin = a fonte começa a enviar
takeover-step-history = as mensagens anteriores viram histórico
takeover-step-settle = o que chegou durante a troca é verificado
takeover-step-stop = a fonte para
takeover-step-put_back = os outros serviços voltam
takeover-step-settle_back = o que chegou no caminho de volta é verificado
takeover-step-unmirror = a fonte sai do { $crm }
takeover-step-done = tudo está feito
takeover-waits = Espera até que { $names } deixe de receber.
takeover-failed = A etapa “{ $step }” falhou: { $reason }
takeover-begun-by = Iniciada por
takeover-switched-at = Trocada
takeover-returned-at = De novo como antes
takeover-others = Outros serviços
takeover-hour = Primeira hora
takeover-day = Primeiro dia
takeover-so-far = até agora
takeover-received = Mensagens de clientes
takeover-in-crm = Delas no { $crm }
takeover-written = Mensagens de atendentes
takeover-sent = Delas enviadas
takeover-failures = Com falha
takeover-waiting = Aguardando
takeover-as-history = Mensagens anteriores como histórico
takeover-during = Mensagens durante a troca
takeover-others-since = { $crm } desde então, pelos canais dos outros serviços
takeover-others-figures = { $received } recebidas, { $sent } enviadas
takeover-days = Os dias anteriores, ao lado do { $crm }
takeover-report = Relatório da transição
takeover-report-csv = Baixar CSV
takeover-figures = Desde a troca
takeover-none = Nenhuma linha foi assumida ainda.
takeover-admin = Transições
takeover-admin-source = Fonte
takeover-admin-account = Conta
takeover-admin-state = Estado
takeover-admin-begun = Início
audit-did-source-switching = Troca de uma fonte iniciada
audit-did-source-switched = Linha assumida de outro serviço
audit-did-source-rolled_back = Troca de uma fonte desfeita, uma etapa falhou
audit-did-source-returning = A linha é devolvida a outro serviço
audit-did-source-returned = Linha devolvida a outro serviço
