// This file stands in for common/component/kafka/consumer.go of Dapr's components when daprd is
// built.
//
// There, a subscription in bulk holds one lock for all partitions while a batch is tried again, so
// that one event that fails holds up everybody's; a batch that still fails when its session ends is
// let go of while the loop goes on to the next; and every batch waits for the beat of a clock.
// Here each partition delivers its batches by itself, in order; what failed when the session ended
// is the next session's, and nothing after it is touched; and a batch waits, from its first record
// on, for as long as the subscription says, or until it is full. What was handled is confirmed ten
// times a second instead of once.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"github.com/dapr/components-contrib/pubsub"
	"github.com/dapr/kit/retry"
)

type consumer struct {
	k          *Kafka
	confirming sync.WaitGroup
}

// confirmEvery is for how long what was handled may still count as waiting: in the lag that alerts and
// scaling go by, and for whoever takes over after a kill and does it again.
const confirmEvery = 100 * time.Millisecond

// Setup begins to confirm what is handled, beside the client's own beat of a second and its last
// word when the session ends. Where nothing is new nothing is sent.
func (c *consumer) Setup(session sarama.ConsumerGroupSession) error {
	c.confirming.Add(1)
	go func() {
		defer c.confirming.Done()
		beat := time.NewTicker(confirmEvery)
		defer beat.Stop()
		for {
			select {
			case <-session.Context().Done():
				return
			case <-beat.C:
				session.Commit()
			}
		}
	}()
	return nil
}

// Cleanup ends it, so that nothing is confirmed in the name of a session that is over.
func (c *consumer) Cleanup(sarama.ConsumerGroupSession) error {
	c.confirming.Wait()
	return nil
}

// ConsumeClaim delivers the records of one partition until its session ends.
func (c *consumer) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	config, err := c.k.GetTopicHandlerConfig(claim.Topic())
	if err != nil {
		return fmt.Errorf("cannot consume topic %s: %w", claim.Topic(), err)
	}
	deliver, most, await := c.deliverOne, 1, time.Duration(0)
	if c.k.checkBulkSubscribe(claim.Topic()) {
		deliver, most = c.deliverBatch, config.SubscribeConfig.MaxMessagesCount
		await = time.Duration(config.SubscribeConfig.MaxAwaitDurationMs) * time.Millisecond
	}
	for {
		records := take(session.Context(), claim.Messages(), most, await)
		if len(records) == 0 {
			return nil
		}
		err := c.try(session.Context(), records[0], func() error { return deliver(session, config, records) })
		if session.Context().Err() != nil {
			return nil
		}
		if err != nil {
			c.k.logger.Errorf("Passed over, as the component says: %s: %v", nameOf(records[0]), err)
		}
	}
}

// mostBytes is how much a batch may have before its last record: a call that is refused for its size
// would be made again for ever.
const mostBytes = 1 << 20

// take waits for a record, and from then on for more: until there are as many or as much as a batch
// may have, or the time is over. None means that the session has ended.
func take(ctx context.Context, from <-chan *sarama.ConsumerMessage, most int, await time.Duration) []*sarama.ConsumerMessage {
	taken := make([]*sarama.ConsumerMessage, 0, most)
	var over <-chan time.Time
	for bytes := 0; len(taken) < most && bytes < mostBytes; {
		select {
		case <-ctx.Done():
			return nil
		case record, open := <-from:
			if !open {
				return nil
			}
			taken = append(taken, record)
			bytes += len(record.Value)
			if over == nil && len(taken) < most {
				timer := time.NewTimer(await)
				defer timer.Stop()
				over = timer.C
			}
		case <-over:
			return taken
		}
	}
	return taken
}

// try delivers as often as the component says: once, or again and again until the session ends.
func (c *consumer) try(ctx context.Context, first *sarama.ConsumerMessage, deliver func() error) error {
	if !c.k.consumeRetryEnabled {
		return deliver()
	}
	return retry.NotifyRecover(deliver, c.k.backOffConfig.NewBackOffWithContext(ctx), func(err error, _ time.Duration) {
		c.k.logger.Warnf("Tried again: %s: %v", nameOf(first), err)
	}, func() {
		c.k.logger.Infof("Delivered after all: %s", nameOf(first))
	})
}

func (c *consumer) deliverOne(session sarama.ConsumerGroupSession, config SubscriptionHandlerConfig, records []*sarama.ConsumerMessage) error {
	record := records[0]
	if config.Handler == nil {
		return errors.New("the topic has no handler")
	}
	value, err := c.k.DeserializeValue(record, config)
	if err != nil {
		return err
	}
	event := NewEvent{Topic: record.Topic, Data: value, Metadata: GetEventMetadata(record, c.k)}
	if err := config.Handler(session.Context(), &event); err != nil {
		return err
	}
	session.MarkMessage(record, "")
	return nil
}

func (c *consumer) deliverBatch(session sarama.ConsumerGroupSession, config SubscriptionHandlerConfig, records []*sarama.ConsumerMessage) error {
	batch := KafkaBulkMessage{Topic: records[0].Topic, Entries: make([]KafkaBulkMessageEntry, len(records))}
	for i, record := range records {
		value, err := c.k.DeserializeValue(record, config)
		if err != nil {
			return err
		}
		batch.Entries[i] = KafkaBulkMessageEntry{
			EntryId:  strconv.Itoa(i),
			Event:    value,
			Metadata: GetEventMetadata(record, c.k),
		}
	}
	answers, err := config.BulkHandler(session.Context(), &batch)
	if err == nil {
		session.MarkMessage(records[len(records)-1], "")
		return nil
	}
	return errors.Join(err, markHandled(session, records, answers))
}

// markHandled confirms what was handled before the first record that was not: an offset stands for
// all before it.
func markHandled(session sarama.ConsumerGroupSession, records []*sarama.ConsumerMessage, answers []pubsub.BulkSubscribeResponseEntry) error {
	for i, answer := range answers {
		if answer.EntryId != strconv.Itoa(i) {
			return errors.New("the answers are not those of the batch")
		}
		if answer.Error != nil {
			return nil
		}
		session.MarkMessage(records[i], "")
	}
	return nil
}

// GetEventMetadata has what is known of a record beside its value: where it is, its key and headers.
func GetEventMetadata(record *sarama.ConsumerMessage, k *Kafka) map[string]string {
	if record == nil {
		return nil
	}
	text := func(bytes []byte) string { return string(bytes) }
	if k.escapeHeaders {
		text = func(bytes []byte) string { return url.QueryEscape(string(bytes)) }
	}
	metadata := make(map[string]string, len(record.Headers)+5)
	if record.Key != nil {
		metadata[keyMetadataKey] = text(record.Key)
	}
	metadata[topicMetadataKey] = record.Topic
	metadata[partitionMetadataKey] = strconv.Itoa(int(record.Partition))
	metadata[offsetMetadataKey] = strconv.FormatInt(record.Offset, 10)
	metadata[timestampMetadataKey] = strconv.FormatInt(record.Timestamp.UnixMilli(), 10)
	for _, header := range record.Headers {
		if k.excludeHeaderMetaRegex != nil && k.excludeHeaderMetaRegex.Match(header.Key) {
			continue
		}
		metadata[string(header.Key)] = text(header.Value)
	}
	return metadata
}

// checkBulkSubscribe says whether a topic is delivered in batches.
func (k *Kafka) checkBulkSubscribe(topic string) bool {
	config, subscribed := k.subscribeTopics[topic]
	return subscribed && config.IsBulkSubscribe && config.BulkHandler != nil &&
		config.SubscribeConfig.MaxMessagesCount > 0 && config.SubscribeConfig.MaxAwaitDurationMs > 0
}

// GetTopicHandlerConfig has the handler of a topic.
func (k *Kafka) GetTopicHandlerConfig(topic string) (SubscriptionHandlerConfig, error) {
	config, subscribed := k.subscribeTopics[topic]
	if subscribed && ((config.IsBulkSubscribe && config.BulkHandler != nil) || (!config.IsBulkSubscribe && config.Handler != nil)) {
		return config, nil
	}
	return SubscriptionHandlerConfig{}, fmt.Errorf("topic %s has no handler", topic)
}

func nameOf(record *sarama.ConsumerMessage) string {
	return fmt.Sprintf("%s/%d/%d", record.Topic, record.Partition, record.Offset)
}
