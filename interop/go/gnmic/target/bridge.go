// What gnmic's collector service needs to be built from its published modules; no client command uses it.
package target

import "github.com/openconfig/gnmic/pkg/api/types"

func (t *Target) SetSubscriptionConfig(sub *types.SubscriptionConfig) {
	t.m.Lock()
	defer t.m.Unlock()
	t.Subscriptions[sub.Name] = sub
}

func (t *Target) DeleteSubscriptionConfig(name string) {
	t.m.Lock()
	defer t.m.Unlock()
	delete(t.Subscriptions, name)
}

func (t *Target) SubscribeClientStates() map[string]bool {
	t.m.Lock()
	defer t.m.Unlock()
	states := make(map[string]bool, len(t.SubscribeClients))
	for name, client := range t.SubscribeClients {
		states[name] = client != nil
	}
	return states
}
