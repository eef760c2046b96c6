# Machine-made: no native has read it yet.

### Um cliente: vínculos com contatos

link-title = Vínculos com contatos no { $crm }
link-col-chat = Chat
link-col-contact = Contato
link-col-why = Por quê
link-evidence = { $id } · { $sureness }
link-id-phone = Pelo telefone { $value }
link-id-email = Pelo e-mail { $value }
link-id-contact = Pelo contato { $value }
link-id-messenger = Pelo ID do app de mensagens { $value }
link-id-login = Pelo login no site { $value }
link-sureness-proved = verificado
link-sureness-likely = provável
link-sureness-told = não verificado
link-undone = Desfeito por { $who }, { $time }
link-moving = Em andamento
link-undo = Desfazer
link-undo-title = Desfazer o vínculo
link-undo-confirm = Este chat recebe um contato próprio no { $crm }, junto com o lead de entrada se ninguém o aceitou ainda, e depois nenhuma regra o vincula a outro. O que não se desfaz: as mensagens já entregues ficam nos leads de { $name }, assim como os campos preenchidos lá. As mensagens novas também podem continuar chegando lá até que o chat seja fechado nesse lead.
link-undo-begun = O { $crm } está criando um contato para este chat. A lista mostra quando estiver pronto.
link-join-title = É o mesmo cliente que…
link-join-contact = Número ou endereço do contato no { $crm }
link-join-next = Avançar
link-join-button = Vincular a este contato
link-join-wrong = O { $crm } não tem esse contato, ou o chat já está vinculado a ele. Copie o endereço do cartão do contato.
link-join-confirm =
    { $count ->
        [one] Este chat será vinculado ao contato { $number } no { $crm }.
       *[other] Estes { $count } chats serão vinculados ao contato { $number } no { $crm }.
    } O vínculo pode ser desfeito depois. As mensagens já entregues ficam nos seus leads.
link-join-begun = O { $crm } está vinculando os chats. A lista mostra quando estiver pronto.

## Clientes bloqueados

block-title = Bloquear o cliente
block-badge = Bloqueado
block-since = Bloqueado por { $who }, { $time }. As mensagens dele são guardadas, mas não repassadas.
block-confirm =
    { $count ->
        [one] O que este cliente escreve neste chat é guardado e não é repassado ao { $crm }; ele não recebe a resposta automática.
       *[other] O que este cliente escreve nestes { $count } chats é guardado e não é repassado ao { $crm }; ele não recebe a resposta automática.
    } O chat no { $crm } mostra uma vez quem o bloqueou. Os gerentes ainda podem escrever para ele.
block-done = O cliente está bloqueado.
unblock-title = Desbloquear
unblock-done = O cliente está desbloqueado. As novas mensagens chegam de novo ao { $crm }; o que foi guardado nesse meio-tempo fica aqui.

## Mensagens de publicidade

marketing-title = Mensagens de publicidade
marketing-none = O cliente ainda não decidiu. Uma mensagem só com a palavra PARAR interrompe as mensagens de marketing; START as permite novamente.
marketing-decision-stopped = Recusadas { $time }: { $way }. Os modelos de publicidade não são enviados.
marketing-decision-agreed = Aceitas { $time }: { $way }.
marketing-way-message = em uma mensagem
marketing-way-form = em um formulário
marketing-way-person = registrado por { $who }
marketing-way-api = registrado por um programa, { $who }
marketing-stop = Registrar a recusa
marketing-agree = Registrar o consentimento
marketing-recorded = A decisão foi registrada para todos os chats desta página.
marketing-csv = Baixar
marketing-csv-all = Baixar decisões sobre publicidade

## Conversas retidas

held-title = Conversas retidas em “{ $source }”
held-about = “{ $source }” deixa passar no máximo { $pace } novas conversas por hora. Estas passam do limite: suas mensagens estão guardadas e no { $crm } não há nada delas.
held-empty = Nenhuma conversa está retida.
held-release = Liberar todas ({ $count })
held-block = Bloquear todas ({ $count })
held-released = As conversas estão sendo liberadas: o { $crm } as recebe com todas as mensagens.
held-blocked = Os clientes estão bloqueados.
held-source = Mudar o limite
block-held = Retida { $time }: havia mais novas conversas do que a fonte deixa passar. Desbloqueie para que passe.
