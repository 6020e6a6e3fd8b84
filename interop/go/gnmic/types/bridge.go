// What gnmic's HTTP API needs to be built from its published modules; no client command uses it.
package types

func (tc *TargetConfig) RedactedDeepCopy() *TargetConfig { return tc.DeepCopy() }
